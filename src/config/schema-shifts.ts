import Type from 'typebox'
import { WEEKDAYS } from '../core/shift-pattern.js'
import { CLOSED, SECTION, text } from './schema-parts.js'

const start = text('Local time at which it begins, HH:MM.', {
  pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
  examples: ['22:00'],
})

const end = text('Local time at which it ends, HH:MM; at or before the start, it is that of the next day.', {
  pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
  examples: ['06:00'],
})

const Break = Type.Object({ start, end }, CLOSED)

const ShiftOfPattern = Type.Object(
  {
    name: text('Name of the shift in figures and records.', {
      pattern: '^\\P{Cc}+$',
      maxLength: 64,
      examples: ['night'],
    }),
    start,
    end,
    days: Type.Array(Type.Enum([...WEEKDAYS]), {
      description: 'Days of the week on which it begins.',
      minItems: 1,
      default: [...WEEKDAYS],
      examples: [['mon', 'tue', 'wed', 'thu', 'fri']],
    }),
    breaks: Type.Array(Break, {
      description: 'Planned breaks within it; they are no planned production time.',
      default: [],
      examples: [[{ start: '02:00', end: '02:30' }]],
    }),
  },
  CLOSED,
)

export const Shifts = Type.Object(
  {
    timezone: text('Time zone of the times below, by its IANA name.', {
      format: 'time-zone',
      default: 'UTC',
      examples: ['Asia/Shanghai'],
    }),
    pattern: Type.Array(ShiftOfPattern, {
      description: 'The shifts of a week. Without any, one shift called day lasts from midnight to midnight.',
      default: [],
    }),
  },
  { ...SECTION, description: 'When shifts begin and end.' },
)

import Type from 'typebox'
import { SECTION, text, wholeNumber } from './schema-parts.js'

const DAY_MS = 86_400_000

export const Devices = Type.Object(
  {
    file: Type.Optional(
      text(
        'Table of devices, YAML or (by its ending) CSV, read at each start; what it states wins. A relative path starts beside this file. See docs/devices.md.',
        { examples: ['devices.yaml'] },
      ),
    ),
    defaultIntervalMs: wholeNumber(
      'Time between messages of a device whose record does not state it; for presence.',
      { default: 10_000, minimum: 1, maximum: DAY_MS },
    ),
    defaultSurvivalTimeMs: wholeNumber(
      'Silence beyond the interval after which a device is stale, where its record does not state it.',
      { default: 20_000, minimum: 0, maximum: DAY_MS },
    ),
    restartGraceMs: wholeNumber(
      'After a start, devices that were connected count as connected for this time; whose client is not back by then is offline.',
      { default: 60_000, minimum: 0, maximum: DAY_MS },
    ),
  },
  { ...SECTION, description: 'Devices and their presence.' },
)

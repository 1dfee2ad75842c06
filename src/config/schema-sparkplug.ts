import Type from 'typebox'
import { CLOSED, SECTION, wholeNumber } from './schema-parts.js'

const level = (description: string, template: string) =>
  Type.String({
    description,
    pattern: '^[^/+#{}]*(\\{(group|node|device)\\}[^/+#{}]*)*$',
    default: template,
    examples: [template === '' ? 'workshop-1' : template],
  })

const Place = Type.Object(
  {
    site: level('Factory; empty for none.', '{group}'),
    area: level('Workshop; empty for none.', ''),
    line: level('Line; empty for none.', '{node}'),
    device: level('Device.', '{device}'),
  },
  {
    ...SECTION,
    description:
      'Where devices stand: {group}, {node} and {device} are the ids in the topic. For an edge node itself, a level with {device} is empty, and the lowest level that is left names it.',
  },
)

export const Sparkplug = Type.Object(
  {
    hostId: Type.String({
      description: 'Id of this gateway as a Sparkplug host application; unique among all of them.',
      pattern: '^[^/+#\\u0000]+$',
      maxLength: 256,
      default: 'linegate',
      examples: ['plant-1'],
    }),
    primary: Type.Boolean({
      description:
        'Whether the STATE of this host is published, for edge nodes that wait for it: spBv1.0/STATE/ and the hostId.',
      default: true,
    }),
    certificates: Type.Boolean({
      description: 'Whether the newest births are kept as retained messages under $sparkplug/certificates/.',
      default: true,
    }),
    reorderTimeoutMs: wholeNumber(
      'How long missing sequence numbers may still come before the edge node is asked for its births.',
      { default: 2_000, minimum: 0, maximum: 3_600_000 },
    ),
    rebirthMinIntervalMs: wholeNumber(
      'An edge node is asked for its births once in this time at most; twice that if it does not help, and so on.',
      { default: 10_000, minimum: 100, maximum: 86_400_000 },
    ),
    rebirthMaxIntervalMs: wholeNumber('The longest time between two requests to one edge node.', {
      default: 600_000,
      minimum: 100,
      maximum: 86_400_000,
    }),
    rebirthSpreadMs: wholeNumber(
      'Requests that follow from a start of the gateway are spread over this time at random.',
      { default: 30_000, minimum: 0, maximum: 3_600_000 },
    ),
    badQuality: Type.Enum(['skip', 'keep', 'dead-letter'], {
      description:
        'What becomes of a metric whose property Quality is not good. skip: it is left out and counted. dead-letter: it is kept as a dead letter.',
      default: 'skip',
    }),
    maxBirthBytes: wholeNumber(
      'Bytes of births kept on disk, for data that names metrics by alias; past it the oldest are asked for again.',
      { default: 67_108_864, minimum: 65_536 },
    ),
    place: Place,
  },
  {
    ...CLOSED,
    default: {},
    description: 'The Sparkplug host application; it runs if a route has the decoder sparkplug.',
  },
)

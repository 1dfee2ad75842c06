import { type Static, Type } from 'typebox'
import type { TrialResult } from '../core/trial.js'

const Field = Type.Object({
  name: Type.String(),
  type: Type.Enum(['float', 'integer', 'boolean', 'string']),
  text: Type.String({ description: 'Numbers as they are written, exact.' }),
})

const Point = Type.Object({
  device: Type.String({ description: 'Path of the device.' }),
  measurement: Type.String(),
  tags: Type.Record(Type.String(), Type.String(), { description: 'Beside those of the device.' }),
  fields: Type.Array(Field),
  timeNs: Type.String({ description: 'Nanoseconds since the epoch.' }),
  timeFrom: Type.Enum(['device', 'arrival']),
  outcome: Type.Enum(['stored', 'filtered', 'deadLettered']),
  reason: Type.String({ description: 'Why it is not stored; empty if it is.' }),
  message: Type.String(),
  notes: Type.Array(Type.String(), { description: 'Reasons under which it passed other than as it came.' }),
})

/** What would become of one message. */
export const TrialJson = Type.Object({
  topic: Type.String(),
  route: Type.String({ description: 'Topic pattern of the route; empty if none matches.' }),
  decoder: Type.String(),
  points: Type.Array(Point),
  failure: Type.Optional(
    Type.Object({
      reason: Type.String(),
      message: Type.String(),
      path: Type.String({
        description: 'Where in the document, such as values[3].v; empty if no place is at fault.',
      }),
      line: Type.Integer({ description: 'From 1; 0 where it is not known.' }),
      column: Type.Integer(),
    }),
  ),
})

export function toTrialJson({ points, ...result }: TrialResult): Static<typeof TrialJson> {
  const copies = points.map(({ fields, notes, tags, ...point }) => ({
    ...point,
    tags: { ...tags },
    fields: [...fields],
    notes: [...notes],
  }))
  return { ...result, points: copies }
}

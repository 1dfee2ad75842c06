import { type Static, Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import type { ReloadReport, TrialComparison } from '../../core/reload.js'
import { CLOSED, NOTHING, route } from '../route.js'
import { TrialJson, toTrialJson } from '../trial-json.js'

const Change = Type.Object({
  path: Type.String({ description: 'Such as routes["plant/+/data"].measurement.' }),
  before: Type.Optional(Type.Unknown({ description: 'Absent for a key that was not there.' })),
  after: Type.Optional(Type.Unknown({ description: 'Absent for a key that is not there any more.' })),
})

const Trial = Type.Object({
  messages: Type.Integer({ description: 'Messages that were tried.' }),
  changedMessages: Type.Integer({ description: 'Of these, those that would become something else.' }),
  changed: Type.Array(Type.Object({ before: TrialJson, after: TrialJson }), {
    description: 'The first of them.',
  }),
})

const Answer = Type.Object({
  applied: Type.Boolean(),
  changes: Type.Array(Change, { description: 'In force from the next message on.' }),
  needRestart: Type.Array(Change, { description: 'In force when the gateway is started again.' }),
  revokedConnections: Type.Optional(
    Type.Integer({
      description: 'Connections that were closed: a revocation list names their certificates now.',
    }),
  ),
  trial: Type.Optional(Trial),
})

/** A trial of many messages takes its time. */
const ANSWER_TIMEOUT_MS = 60_000

export const reloadRoute = route(
  {
    method: 'POST',
    url: '/api/v1/reload',
    access: { role: 'engineer', scope: 'plant' },
    audit: { event: 'configuration_reloaded' },
    summary:
      'Reads the configuration file again: routes, quality, profiles and certificates take effect at once, the rest is named.',
    params: NOTHING,
    query: Type.Object(
      {
        dryRun: Type.Optional(
          Type.Enum(['true', 'false', ''], {
            description:
              'true, or without a value: changes nothing; says what would change, also of the messages that came in lately.',
          }),
        ),
      },
      CLOSED,
    ),
    answer: Answer,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    errors: ['LG_CONFIG_INVALID', 'LG_CONFIG_UNREADABLE', 'LG_TLS_UNUSABLE', 'LG_RELOAD_UNAVAILABLE'],
  },
  async ({ reloads }, { query: { dryRun } }) => {
    if (reloads === undefined) throw new GatewayError('LG_RELOAD_UNAVAILABLE')
    return toJson(dryRun === undefined || dryRun === 'false' ? await reloads.reload() : reloads.preview())
  },
)

function toJson(report: ReloadReport): Static<typeof Answer> {
  const { changes, needRestart, trial, ...others } = report
  const tried = trial === undefined ? {} : { trial: comparisonJson(trial) }
  return { ...others, changes: [...changes], needRestart: [...needRestart], ...tried }
}

function comparisonJson({ messages, changedMessages, changed }: TrialComparison): Static<typeof Trial> {
  const pairs = changed.map(({ before, after }) => ({
    before: toTrialJson(before),
    after: toTrialJson(after),
  }))
  return { messages, changedMessages, changed: pairs }
}

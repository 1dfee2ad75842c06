import type { TrialResult } from './trial.js'

/** One key of the configuration that is not what it was; secrets are masked. */
export interface ConfigChange {
  /** Such as `routes["plant/+/data"].mapping.records[0].at`. */
  readonly path: string
  /** Undefined: it was not there. */
  readonly before: unknown
  /** Undefined: it is not there any more. */
  readonly after: unknown
}

/** What the newest messages would become under the configuration in force, and under the new one. */
export interface TrialComparison {
  /** Messages that were tried. */
  readonly messages: number
  /** Of these, those that would become something else; `changed` holds the first of them. */
  readonly changedMessages: number
  readonly changed: readonly { readonly before: TrialResult; readonly after: TrialResult }[]
}

export interface ReloadReport {
  /** False for a dry run, and where nothing that can be swapped has changed. */
  readonly applied: boolean
  /** What takes effect with the next message. */
  readonly changes: readonly ConfigChange[]
  /** What takes effect only when the gateway is started again. */
  readonly needRestart: readonly ConfigChange[]
  /** Connections that were closed, as a revocation list names their certificates now. Absent for a dry run. */
  readonly revokedConnections?: number
  /** Of a dry run. */
  readonly trial?: TrialComparison
}

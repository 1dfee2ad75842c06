/**
 * What can be wrong with a trail.
 *
 *     altered       a line is not what was written
 *     removed       lines are missing
 *     inserted      a line was added by someone else
 *     duplicated    a line is there twice
 *     reordered     a line is not where it was written
 *     missing_file  a whole file is gone
 *     cut_off       what was written last is missing
 *     head_altered  head.json is not what was written
 *     head_missing  there is no head.json
 */
export const DAMAGE_KINDS = [
  'altered',
  'removed',
  'inserted',
  'duplicated',
  'reordered',
  'missing_file',
  'cut_off',
  'head_altered',
  'head_missing',
] as const
export type DamageKind = (typeof DAMAGE_KINDS)[number]

export interface Damage {
  readonly kind: DamageKind
  readonly file: string
  /** Counted from 1; what is missing is missing in front of it. 0 where it concerns the whole file. */
  readonly line: number
  /** First and last sequence number concerned; 0 if it cannot be told. */
  readonly firstSeq: number
  readonly lastSeq: number
}

export interface AuditReport {
  readonly ok: boolean
  readonly files: number
  readonly records: number
  /** 0 without records. */
  readonly firstSeq: number
  readonly lastSeq: number
  readonly lastHash: string
  /**
   * absent: there is no head. unchecked: there is no key to check it with. authentic: its key made it. forged: it did not.
   */
  readonly head: 'absent' | 'unchecked' | 'authentic' | 'forged'
  /** Bytes of a half line at the end, which a crash leaves, or a gateway that is writing just now; no damage. */
  readonly unfinishedBytes: number
  /** In the order of the files, at the most `MAX_DAMAGE`. */
  readonly damage: readonly Damage[]
  /** All damage, that which is not listed included. */
  readonly damageCount: number
}

/** More than this is a trail that was made anew, and no list helps. */
export const MAX_DAMAGE = 1_000

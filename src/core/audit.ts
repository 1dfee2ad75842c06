/**
 * Kinds of events, after IEC 62443-4-2 CR 2.8: access control, request errors, control system events (start, stop),
 * configuration changes, and what the audit trail says of itself.
 */
export const AUDIT_CATEGORIES = [
  'access',
  'request',
  'configuration',
  'credential',
  'system',
  'audit',
] as const
export type AuditCategory = (typeof AUDIT_CATEGORIES)[number]

/** Every event that is recorded: its id, which never changes, and its category. Texts of both languages: audit-texts.ts */
export const AUDIT_EVENTS = {
  // People and programs
  sign_in: 'access',
  sign_out: 'access',
  sign_in_blocked: 'access',
  session_expired: 'access',
  access_denied: 'access',
  read: 'access',
  // Devices
  client_connected: 'access',
  client_refused: 'access',
  enrolled: 'access',
  enrolment_refused: 'access',
  publish_refused: 'access',
  subscribe_refused: 'access',
  speak_for_refused: 'access',
  limit_reached: 'access',
  // Requests that make no sense, or that look like someone trying
  bad_request: 'request',
  origin_refused: 'request',
  // Changes
  configuration_reloaded: 'configuration',
  device_changed: 'configuration',
  device_removed: 'configuration',
  devices_imported: 'configuration',
  item_changed: 'configuration',
  item_removed: 'configuration',
  dead_letters_replayed: 'configuration',
  dead_letters_purged: 'configuration',
  // Secrets and those who have them
  credential_added: 'credential',
  credential_changed: 'credential',
  credential_rotated: 'credential',
  credential_revoked: 'credential',
  enrolment_code_made: 'credential',
  user_added: 'credential',
  user_changed: 'credential',
  user_removed: 'credential',
  api_token_made: 'credential',
  api_token_revoked: 'credential',
  // The gateway itself
  started: 'system',
  stopped: 'system',
  clock_changed: 'system',
  // The trail
  rotated: 'audit',
  expired: 'audit',
  exported: 'audit',
  verified: 'audit',
  damaged: 'audit',
  mended: 'audit',
  lost: 'audit',
  forwarding_lost: 'audit',
} as const satisfies Record<string, AuditCategory>

export type AuditEventId = keyof typeof AUDIT_EVENTS

export interface AuditEvent {
  readonly id: AuditEventId
  readonly result: 'success' | 'failure'
  /** Who did it: `user:anna`, `token:prometheus`, `device:imm-01`, `local`, `gateway`. */
  readonly actor: string
  /** Where from: an IP address, or '' for the gateway itself. */
  readonly address: string
  /** What it was done to: a user name, a device path, a topic, an address of the API. */
  readonly target: string
  /** Further facts; never a secret. Texts are cut to a bounded length. */
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

/**
 * Takes what is to be on record. Returns at once and never throws; what cannot be written is told to the log, loudly.
 * Repeated refusals of one actor and kind are written once a while, with the number of those left out in between.
 */
export interface AuditTrail {
  record(event: AuditEvent): void
}

export const NO_AUDIT: AuditTrail = { record: () => undefined }

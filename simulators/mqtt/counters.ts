/**
 * What a run counts. At QoS 1 and 2 `sent = acknowledged + unacknowledged + in flight`. QoS 0 has no acknowledgement:
 * there only `failed` says that something went wrong.
 */
export class Counters {
  /** PUBLISH packets handed to a connection, duplicates and malformed ones included. */
  sent = 0
  /** PUBACK (QoS 1) or PUBCOMP (QoS 2) received. */
  acknowledged = 0
  /** Connection lost, or the run over, before the acknowledgement: the broker may have the message or not. */
  unacknowledged = 0
  /** At QoS 0: connection lost before the message was written to it. */
  failed = 0
  duplicatesSent = 0
  malformedSent = 0
  /** Of payloads. */
  bytes = 0
  /** Connections made anew, after a cut of ours or a loss. */
  reconnects = 0
}

/** How messages get to a syslog server. */
export interface SyslogTransport {
  /** Of one message. */
  readonly maxBytes: number
  /** Resolves when the system has taken all of them; connects first where it has to. */
  send(messages: readonly Buffer[]): Promise<void>
  close(): Promise<void>
}

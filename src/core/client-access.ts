import type { TopicLevels } from './device.js'

/**
 * What one MQTT client may do: compiled when it connects, asked for each topic. Every answer is a lookup for a topic that
 * was asked for before, and what is remembered is bounded.
 */
export interface ClientAccess {
  /**
   * Who it is: `device:<name of its credential>`, `certificate:<subject>`, `anonymous`. Sessions belong to it: a client
   * id that another principal's session has is refused.
   */
  readonly principal: string
  /** The device that it is; undefined for a client that is none, such as a service, and without authentication. */
  readonly place: TopicLevels | undefined
  mayPublish(topic: string): boolean
  /** Whether each topic that the filter can match may be received. */
  maySubscribe(filter: string): boolean
  /** Whether its payloads may hold points of the device with this path. */
  maySpeakFor(path: string): boolean
}

/** Of clients that need not say who they are. */
export const UNRESTRICTED: ClientAccess = {
  principal: 'anonymous',
  place: undefined,
  mayPublish: () => true,
  maySubscribe: () => true,
  maySpeakFor: () => true,
}

export const AUTHENTICATION_METHODS = ['none', 'password', 'token', 'certificate'] as const
export type AuthenticationMethod = (typeof AUTHENTICATION_METHODS)[number]

/** What of a client's certificate says who it is; the chain was verified by TLS. */
export interface ClientCertificate {
  /** Common name of the subject; '' without one. */
  readonly commonName: string
  /** Whole subject, as in `CN=imm-01,O=Plant`. */
  readonly subject: string
  /** Subject alternative names, each with its kind: `DNS:imm-01.plant`, `URI:urn:plant:imm-01`. */
  readonly alternativeNames: readonly string[]
  /** SHA-256 over the certificate, hexadecimal, lower case. */
  readonly fingerprint: string
  readonly serialNumber: string
}

/** A CONNECT that asks to be let in. */
export interface ConnectAttempt {
  readonly clientId: string
  readonly username: string | undefined
  readonly password: Buffer | undefined
  readonly certificate: ClientCertificate | undefined
  /** IP address of the client. */
  readonly address: string
  /** What the listener accepts; never empty. */
  readonly methods: readonly AuthenticationMethod[]
}

/** badCredentials: CONNACK 4. notAuthorized: 5. busy: 3, the client should come again. */
export type ConnectVerdict =
  | { readonly kind: 'admitted'; readonly access: ClientAccess }
  | { readonly kind: 'badCredentials' | 'notAuthorized' | 'busy'; readonly cause: string }

/** Decides who is let in. The broker asks for every CONNECT of a listener that wants authentication. */
export interface Admission {
  admit(attempt: ConnectAttempt): Promise<ConnectVerdict>
  /** Calls back with principals that may nothing any more, from now on: their connections are to be closed at once. */
  onRevoked(listener: (principal: string) => void): void
  /**
   * What a principal may do now that an earlier run let in, and whose will is left; undefined if nothing is known of it
   * any more. Such wills are refused where this is missing.
   */
  accessOf?(principal: string, clientId: string): ClientAccess | undefined
}

/** Something that a client wanted, and did not get. */
export interface ClientRefusal {
  readonly kind: 'connect' | 'publish' | 'subscribe' | 'will' | 'limit' | 'takeover'
  readonly clientId: string
  readonly principal: string
  readonly address: string
  /** Topic, filter, or the name of the limit as in the configuration. */
  readonly target: string
  readonly cause: string
}

import type { Server, TlsOptions } from 'node:tls'
import type { AuthenticationMethod } from '../../core/client-access.js'
import { causeOf, GatewayError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { type Expiry, type LoadedTls, loadTls, type TlsFiles } from './tls-files.js'
import { tlsSettings } from './tls-settings.js'

const DAY_MS = 86_400_000

/** For log lines and errors. */
export interface ServerName {
  readonly protocol: string
  readonly host: string
  readonly port: number
}

/**
 * The TLS of one server, MQTT or HTTP: what it is made with, its certificates, which can be exchanged while it runs, and a look
 * at their expiry each day.
 */
export class ServerTls {
  readonly #files: TlsFiles
  readonly #methods: readonly AuthenticationMethod[]
  readonly #name: ServerName
  readonly #logger: Logger
  #server: Pick<Server, 'setSecureContext'> | undefined
  #revoked: ReadonlySet<string> = new Set()
  #expiries: readonly Expiry[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(files: TlsFiles, methods: readonly AuthenticationMethod[], name: ServerName, logger: Logger) {
    this.#files = files
    this.#methods = methods
    this.#name = { protocol: name.protocol, host: name.host, port: name.port }
    this.#logger = logger
  }

  /**
   * What to make the server with, which is to be given to `serve` then.
   * @throws {GatewayError} LG_TLS_UNUSABLE
   */
  read(): TlsOptions {
    const loaded = this.#load()
    this.#use(loaded)
    return { ...this.#settings, ...loaded.context }
  }

  serve(server: Pick<Server, 'setSecureContext'>): void {
    this.#server = server
    this.#timer = setInterval(() => this.#warn(), DAY_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /**
   * Reads the files again. Calling what it returns puts them to use for the connections that come from then on.
   * @throws {GatewayError} LG_TLS_UNUSABLE
   */
  prepare(): () => void {
    const loaded = this.#load()
    return () => {
      this.#server?.setSecureContext({ ...this.#settings, ...loaded.context })
      this.#use(loaded)
    }
  }

  /** @param certificate by its issuer and serial number, as the lists name it */
  isRevoked({ revocationKey: key }: { readonly revocationKey: string }): boolean {
    return this.#revoked.has(key)
  }

  get #settings() {
    return tlsSettings(this.#files, this.#methods)
  }

  #load(): LoadedTls {
    try {
      return loadTls(this.#files)
    } catch (error) {
      throw new GatewayError('LG_TLS_UNUSABLE', { ...this.#name, cause: causeOf(error) }, { cause: error })
    }
  }

  #use({ revoked, expiries }: LoadedTls): void {
    this.#revoked = revoked
    this.#expiries = expiries
    this.#warn()
  }

  #warn(): void {
    for (const { file, subject, atMs, warnDays } of this.#expiries) {
      const days = Math.floor((atMs - Date.now()) / DAY_MS)
      if (days >= warnDays) continue
      const state = days < 0 ? `expired ${-days} day(s) ago` : `expires in ${days} day(s)`
      const { code, action, message } = new GatewayError('LG_TLS_EXPIRING', { file, subject, state })
      this.#logger.warn({ code, action, ...this.#name, file, subject, daysLeft: days }, message)
    }
  }
}

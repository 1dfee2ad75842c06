import { causeOf, GatewayError } from '../core/errors.js'

const TIMEOUT_MS = 10_000

/** A refusal of the gateway's API, in its own words. */
export class ApiError extends Error {
  readonly code: string
  readonly action: string

  constructor(code: string, message: string, action: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.action = action
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Change {
  readonly query?: Query
  readonly body?: Uint8Array<ArrayBuffer>
  /** Media type of the body. */
  readonly type?: string
  readonly timeoutMs?: number
}

/** The HTTP API of a running gateway. */
export class GatewayApi {
  readonly #url: string
  readonly #signal: AbortSignal

  constructor(url: string, signal: AbortSignal) {
    this.#url = url
    this.#signal = signal
  }

  /**
   * @throws {GatewayError} LG_GATEWAY_UNREACHABLE
   * @throws {ApiError} what the gateway refused
   */
  async get<T>(path: string, query: Query = {}): Promise<T> {
    const response = await this.#fetch(`${this.#url}${path}${queryString(query)}`)
    const body = await this.#json(response)
    if (!response.ok) throw this.#refusal(response.status, body)
    return body as T
  }

  /**
   * The body of an answer whatever its status, of an address whose bodies say themselves how it went.
   * @throws {GatewayError} LG_GATEWAY_UNREACHABLE
   * @throws {ApiError} what the gateway refused before it came to that address
   */
  async answer<T>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await this.#fetch(`${this.#url}${path}`, headers)
    const body = await this.#json(response)
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json')
    if (isProblem) throw this.#refusal(response.status, body)
    return body as T
  }

  /**
   * Asks for a change; the body of the answer, undefined without one.
   * @throws {GatewayError} LG_GATEWAY_UNREACHABLE
   * @throws {ApiError} what the gateway refused
   */
  async send<T>(method: 'POST' | 'DELETE', path: string, change: Change = {}): Promise<T | undefined> {
    const { query = {}, body, type, timeoutMs = TIMEOUT_MS } = change
    const headers = type === undefined ? {} : { 'content-type': type }
    const init = { method, ...(body === undefined ? {} : { body }) }
    const response = await this.#fetch(`${this.#url}${path}${queryString(query)}`, headers, timeoutMs, init)
    if (response.status === 204) return undefined
    const answer = await this.#json(response)
    if (!response.ok) throw this.#refusal(response.status, answer)
    return answer as T
  }

  /**
   * A long answer, piece by piece.
   * @throws {GatewayError} LG_GATEWAY_UNREACHABLE, also when it breaks off
   * @throws {ApiError} what the gateway refused
   */
  async *read(path: string, query: Query, timeoutMs: number): AsyncGenerator<string> {
    const response = await this.#fetch(`${this.#url}${path}${queryString(query)}`, {}, timeoutMs)
    if (!response.ok) throw this.#refusal(response.status, await this.#json(response))
    // The byte order mark is a part of the answer.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    try {
      for await (const piece of response.body ?? []) yield decoder.decode(piece, { stream: true })
    } catch (error) {
      this.#signal.throwIfAborted()
      throw this.#unreachable(reasonOf(error))
    }
  }

  async #fetch(
    address: string,
    headers: Readonly<Record<string, string>> = {},
    timeoutMs: number = TIMEOUT_MS,
    init: RequestInit = {},
  ): Promise<Response> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(timeoutMs)])
    try {
      return await fetch(address, { ...init, signal, headers })
    } catch (error) {
      this.#signal.throwIfAborted()
      throw this.#unreachable(reasonOf(error))
    }
  }

  async #json(response: Response): Promise<unknown> {
    const text = await response.text()
    try {
      return JSON.parse(text)
    } catch {
      // A proxy or another server answers in a language of its own: what it says is of no use, its status is.
      throw this.#unreachable(`something else answers there (HTTP ${response.status})`)
    }
  }

  #refusal(status: number, body: unknown): Error {
    const { code, detail, action } = (body ?? {}) as Partial<Record<'code' | 'detail' | 'action', string>>
    if (code === undefined || detail === undefined) return this.#unreachable(`HTTP ${status}`)
    return new ApiError(code, detail, action ?? '')
  }

  #unreachable(cause: string): GatewayError {
    return new GatewayError('LG_GATEWAY_UNREACHABLE', { url: this.#url, cause })
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { message?: string; code?: string } }
  if (cause?.message) return cause.message
  return cause?.code ?? causeOf(error)
}

function queryString(query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  return parameters.size === 0 ? '' : `?${parameters}`
}

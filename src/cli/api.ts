import { causeOf, GatewayError } from '../core/errors.js'
import { fetchTrusting } from './trusting-fetch.js'

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
  /** Sent as JSON, instead of a body. */
  readonly json?: unknown
  readonly timeoutMs?: number
}

export interface ApiAccess {
  /** Says who asks; nobody without it. */
  readonly token?: string | undefined
  /** The certificate of the gateway, PEM, where it is known and its name is not that of the address. */
  readonly certificate?: string | undefined
}

/** The HTTP API of a running gateway. */
export class GatewayApi {
  readonly #url: string
  readonly #signal: AbortSignal
  readonly #headers: Readonly<Record<string, string>>
  readonly #fetchFrom: typeof fetch

  constructor(url: string, signal: AbortSignal, { token, certificate }: ApiAccess = {}) {
    this.#url = url
    this.#signal = signal
    this.#headers = authorization(token)
    this.#fetchFrom = certificate === undefined ? fetch : fetchTrusting(certificate)
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
  async send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    change: Change = {},
  ): Promise<T | undefined> {
    const { query = {}, json, timeoutMs = TIMEOUT_MS } = change
    const body = json === undefined ? change.body : JSON.stringify(json)
    const type = json === undefined ? change.type : 'application/json'
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
      return await this.#fetchFrom(address, { ...init, signal, headers: { ...this.#headers, ...headers } })
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
    return toApiError(body) ?? this.#unreachable(`HTTP ${status}`)
  }

  #unreachable(cause: string): GatewayError {
    return new GatewayError('LG_GATEWAY_UNREACHABLE', { url: this.#url, cause })
  }
}

/** The problem document that a text is; undefined for any other text. */
export function refusalIn(text: string): ApiError | undefined {
  try {
    return toApiError(JSON.parse(text))
  } catch {
    // Of a proxy, or of another server: what it says is of no use.
    return undefined
  }
}

function toApiError(body: unknown): ApiError | undefined {
  const { code, detail, action } = (body ?? {}) as Partial<Record<'code' | 'detail' | 'action', string>>
  return code === undefined || detail === undefined ? undefined : new ApiError(code, detail, action ?? '')
}

export function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
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

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

/** Reads from the HTTP API of a running gateway. */
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

  async #fetch(address: string): Promise<Response> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT_MS)])
    try {
      return await fetch(address, { signal })
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

import type { FastifyRequest } from 'fastify'
import type { AuditEvent, AuditTrail } from '../core/audit.js'
import { GatewayError } from '../core/errors.js'
import { actorOf } from '../core/identity.js'
import type { AuditRule } from './route.js'
import { visitorOf } from './visitor.js'

/** What a route adds to the record of its change. */
export interface AuditNote {
  readonly target?: string
  readonly details?: NonNullable<AuditEvent['details']>
}

/** The record of one change over HTTP: made when the route is done, or has thrown. */
export class ChangeRecord {
  readonly #trail: AuditTrail
  readonly #rule: AuditRule | undefined
  readonly #request: FastifyRequest
  #note: AuditNote = {}

  constructor(trail: AuditTrail, rule: AuditRule | undefined, request: FastifyRequest) {
    this.#trail = trail
    this.#rule = rule
    this.#request = request
  }

  readonly note = (note: AuditNote): void => {
    this.#note = { ...this.#note, ...note }
  }

  async around<T>(change: () => T | Promise<T>): Promise<T> {
    try {
      const answer = await change()
      this.#record('success', {})
      return answer
    } catch (error) {
      this.#record('failure', { error: error instanceof GatewayError ? error.code : 'LG_INTERNAL' })
      throw error
    }
  }

  #record(result: AuditEvent['result'], outcome: NonNullable<AuditEvent['details']>): void {
    const rule = this.#rule
    if (rule === undefined || typeof rule === 'string' || isDryRun(this.#request.query)) return
    const { identity, address } = visitorOf(this.#request)
    const { target = targetOf(this.#request, rule.target), details } = this.#note
    const id = rule.event
    this.#trail.record({
      id,
      result,
      actor: actorOf(identity),
      address,
      target,
      details: { ...details, ...outcome },
    })
  }
}

function isDryRun(query: unknown): boolean {
  const { dryRun } = query as { readonly dryRun?: unknown }
  return dryRun === true || dryRun === 'true' || dryRun === ''
}

function targetOf({ params, url }: FastifyRequest, parameter: string | undefined): string {
  const named = parameter === undefined ? undefined : (params as Readonly<Record<string, unknown>>)[parameter]
  return named === undefined ? url.split('?')[0]! : String(named)
}

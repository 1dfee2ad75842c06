import { ConfigSchema, type GatewayConfig } from './schema.js'

export const REDACTED = '***'

/** The configuration with every secret masked, for people and logs. A secret is a key the schema marks `writeOnly`. */
export function redact(config: GatewayConfig): unknown {
  return masked(config)
}

const SECRET_KEYS = secretKeys(ConfigSchema)

function secretKeys(schema: unknown, keys = new Set<string>()): ReadonlySet<string> {
  if (typeof schema !== 'object' || schema === null) return keys
  for (const [key, child] of Object.entries(schema)) {
    if ((child as { writeOnly?: boolean } | null)?.writeOnly === true) keys.add(key)
    secretKeys(child, keys)
  }
  return keys
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, SECRET_KEYS.has(key) ? hidden(child) : masked(child)]),
  )
}

/** Of a list of secrets it is shown how many there are. */
function hidden(secret: unknown): unknown {
  return Array.isArray(secret) ? secret.map(() => REDACTED) : REDACTED
}

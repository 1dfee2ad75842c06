import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import type { GatewayConfig } from '../config/schema.js'

const STDERR = 2

/** Writes to standard error, or to a file. */
export function createLogger(
  { level, format }: GatewayConfig['log'],
  gateway: string,
  destination: number | string = STDERR,
): Logger {
  const options = { level, base: { gateway } }
  if (format === 'json') return pino(options, pino.destination({ dest: destination, mkdir: true }))
  const colorize = destination === STDERR && process.stderr.isTTY === true
  return pino(options, pretty({ destination, mkdir: true, colorize, ignore: 'pid,hostname,gateway' }))
}

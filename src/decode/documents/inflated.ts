import { gunzipSync, inflateSync } from 'node:zlib'
import { DecodeError } from '../decoder.js'

export const COMPRESSIONS = ['auto', 'none', 'gzip', 'zlib'] as const
export type Compression = (typeof COMPRESSIONS)[number]

export interface InflateOptions {
  readonly compression: Compression
  /** At least 1. */
  readonly maxInflatedBytes: number
}

const BLOCK_BYTES = 16_384

/**
 * The bytes of the document. `auto` knows gzip by its first two bytes, which begin no document of any format, and zlib by
 * its first two, which are a text's beginning in CBOR: so zlib is looked for in JSON alone.
 */
export function inflated(format: string, payload: Buffer, options: InflateOptions): Buffer {
  const { compression, maxInflatedBytes } = options
  const method = compression === 'auto' ? methodOf(payload, format === 'json') : compression
  return method === 'none' ? payload : inflate(payload, method, maxInflatedBytes)
}

function methodOf(payload: Buffer, mayBeZlib: boolean): 'none' | 'gzip' | 'zlib' {
  if (payload[0] === 0x1f && payload[1] === 0x8b) return 'gzip'
  return mayBeZlib && payload[0] === 0x78 && isZlibLevel(payload[1]) ? 'zlib' : 'none'
}

/** The second byte of a zlib stream (RFC 1950) with a window of 32 KiB and no dictionary, by its level. */
function isZlibLevel(code: number | undefined): boolean {
  return code === 0x01 || code === 0x5e || code === 0x9c || code === 0xda
}

interface Inflated {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

function inflate(payload: Buffer, method: 'gzip' | 'zlib', maxInflatedBytes: number): Buffer {
  const options = { info: true, maxOutputLength: maxInflatedBytes, chunkSize: BLOCK_BYTES }
  const run = method === 'gzip' ? gunzipSync : inflateSync
  try {
    // With `info`, the answer holds the engine too: only it knows how many of the bytes it has taken.
    const { buffer, engine } = run(payload, options) as unknown as Inflated
    if (engine.bytesWritten === payload.length) return buffer
    throw new DecodeError('malformed', `${method}: data after the end, at byte ${engine.bytesWritten + 1}`)
  } catch (error) {
    throw inflateFault(error, method, maxInflatedBytes)
  }
}

function inflateFault(error: unknown, method: string, maxInflatedBytes: number): unknown {
  const { code = '', message } = error as { readonly code?: string; readonly message: string }
  if (code === 'ERR_BUFFER_TOO_LARGE')
    return new DecodeError('too_large', `${method}: more than ${maxInflatedBytes} bytes when inflated`)
  return code.startsWith('Z_') ? new DecodeError('malformed', `${method}: ${message}`) : error
}

import { GatewayError } from '../core/errors.js'

/**
 * The pieces of a body up to a limit. What is beyond it is read and dropped, so that the client, which reads no answer
 * before it has sent all, learns why; the time that a request may take ends that.
 *
 * @throws {GatewayError} LG_REQUEST_TOO_LARGE
 */
export async function* limitedBytes(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.length
    if (bytes <= maxBytes) yield piece
  }
  if (bytes > maxBytes) throw new GatewayError('LG_REQUEST_TOO_LARGE', { limit: maxBytes })
}

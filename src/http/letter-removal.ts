import { causeOf, GatewayError } from '../core/errors.js'

/** @throws {GatewayError} LG_DEAD_LETTERS_NOT_REMOVED when the disk does not take it */
export async function underDisk<T>(removal: Promise<T>): Promise<T> {
  try {
    return await removal
  } catch (error) {
    throw new GatewayError('LG_DEAD_LETTERS_NOT_REMOVED', { cause: causeOf(error) }, { cause: error })
  }
}

import { type FileHandle, open } from 'node:fs/promises'
import { stringify } from 'csv-stringify/sync'
import { causeOf, GatewayError } from '../core/errors.js'

/**
 * Secrets of many credentials, as CSV, in a file that its owner alone can read. Each is on disk before the next is made: what
 * was made is not lost when the work breaks off.
 */
export class SecretFile {
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** @throws {GatewayError} LG_SECRETS_UNWRITABLE, also when there is such a file */
  static async create(path: string): Promise<SecretFile> {
    try {
      const file = new SecretFile(await open(path, 'wx', 0o600))
      await file.write(['name', 'place', 'secret'])
      return file
    } catch (error) {
      throw new GatewayError('LG_SECRETS_UNWRITABLE', { file: path, cause: causeOf(error) }, { cause: error })
    }
  }

  async write(cells: readonly string[]): Promise<void> {
    await this.#file.write(stringify([cells]))
    await this.#file.datasync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

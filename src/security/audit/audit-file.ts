import { constants, type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileNameOf } from './files.js'

/**
 * The file that records are appended to. What was appended is held until it is on disk: a write that failed half-way, or a
 * flush that failed, is undone by cutting the file at the last byte known to be on disk, and written again.
 */
export class AuditFile {
  readonly name: string
  /** UTC, as in 2026-01-31. */
  readonly day: string
  readonly #handle: FileHandle
  #onDiskBytes: number
  #held: Buffer[] = []
  #heldBytes = 0
  /** Of those held, how many were handed to the system. */
  #written = 0
  #isTorn = false

  private constructor(name: string, day: string, handle: FileHandle, bytes: number) {
    this.name = name
    this.day = day
    this.#handle = handle
    this.#onDiskBytes = bytes
  }

  /** One of the same name, which an attempt that failed has left, is begun anew: nothing of it was ever on record. */
  static async create(folder: string, firstSeq: number, day: string): Promise<AuditFile> {
    const name = fileNameOf(firstSeq, day)
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND
    const handle = await open(join(folder, name), flags, 0o600)
    try {
      await syncFolder(folder)
    } catch (error) {
      await handle.close()
      throw error
    }
    return new AuditFile(name, day, handle, 0)
  }

  static async reopen(folder: string, name: string, day: string): Promise<AuditFile> {
    const handle = await open(join(folder, name), 'a', 0o600)
    const { size } = await handle.stat()
    return new AuditFile(name, day, handle, size)
  }

  get bytes(): number {
    return this.#onDiskBytes + this.#heldBytes
  }

  get isSynced(): boolean {
    return this.#held.length === 0
  }

  /** Takes the lines in any case; rejects when they could not be written yet, which `sync` tries again. */
  async append(lines: Buffer): Promise<void> {
    this.#held.push(lines)
    this.#heldBytes += lines.length
    await this.#write()
  }

  /** Resolves when all that was appended is on disk. */
  async sync(): Promise<void> {
    await this.#write()
    try {
      await this.#handle.datasync()
    } catch (error) {
      // After a failed flush nobody knows which pages have reached the disk.
      this.#isTorn = true
      throw error
    }
    this.#onDiskBytes += this.#heldBytes
    this.#held = []
    this.#heldBytes = 0
    this.#written = 0
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #write(): Promise<void> {
    if (this.#isTorn) {
      await this.#handle.truncate(this.#onDiskBytes)
      this.#written = 0
      this.#isTorn = false
    }
    while (this.#written < this.#held.length) {
      try {
        await this.#handle.appendFile(this.#held[this.#written]!)
      } catch (error) {
        this.#isTorn = true
        throw error
      }
      this.#written++
    }
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

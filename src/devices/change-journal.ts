import type { StateStore } from '../core/state.js'
import type { Step } from './entry.js'

export interface JournalOptions {
  readonly state: StateStore
  /** Puts the rows of the steps into the transaction that is open. */
  readonly write: (steps: readonly Step[]) => void
  /** They are on disk. */
  readonly written: (steps: readonly Step[]) => void
  /** They are not, and must be undone; in the order in which they were made. */
  readonly takeBack: (steps: readonly Step[]) => void
  /** What those who wait for the disk are told. */
  readonly failure: (cause: unknown) => Error
}

/** Changes that go to the disk together. */
class Batch {
  readonly steps: Step[] = []
  readonly done: Promise<void>
  resolve: () => void = () => undefined
  reject: (error: Error) => void = () => undefined

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}

/**
 * Group commit of changes that memory has already. One transaction at a time; what changes meanwhile makes the next.
 * When one fails, what changed since was built upon what is not on disk: all of it is taken back.
 */
export class ChangeJournal {
  readonly #options: JournalOptions
  #open: Batch | undefined
  #isWriting = false

  constructor(options: JournalOptions) {
    this.#options = options
  }

  /** Resolves when the steps, which are made, are on disk; rejects when they were taken back. */
  async add(steps: readonly Step[]): Promise<void> {
    // What changes nothing still waits for what made it so.
    if (steps.length === 0 && !this.#isWriting) return
    await this.#join(steps)
  }

  #join(steps: readonly Step[]): Promise<void> {
    this.#open ??= new Batch()
    for (const step of steps) this.#open.steps.push(step)
    const { done } = this.#open
    // Nothing rejects before the caller has the promise: a commit takes a turn of the event loop at least.
    if (!this.#isWriting) void this.#writeAll()
    return done
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    for (let batch = this.#take(); batch !== undefined; batch = this.#take()) await this.#write(batch)
    this.#isWriting = false
  }

  #take(): Batch | undefined {
    const batch = this.#open
    this.#open = undefined
    return batch
  }

  async #write(batch: Batch): Promise<void> {
    const { state, write, written, takeBack, failure } = this.#options
    try {
      await state.commit(() => write(batch.steps))
    } catch (cause) {
      const later = this.#take()
      takeBack([...batch.steps, ...(later?.steps ?? [])])
      batch.reject(failure(cause))
      later?.reject(failure(cause))
      return
    }
    written(batch.steps)
    batch.resolve()
  }
}

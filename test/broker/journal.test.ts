import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Journal } from '../../src/broker/journal.js'
import { silentLogger } from '../../src/core/logger.js'
import type { StateStore } from '../../src/core/state.js'

/** A state whose disk is full for the first commits. */
class FullDisk {
  readonly written: number[] = []
  failures: number
  #transaction: number[] = []

  constructor(failures: number) {
    this.failures = failures
  }

  put(n: number): () => void {
    return () => this.#transaction.push(n)
  }

  async commit(write: () => void): Promise<void> {
    this.#transaction = []
    write()
    if (this.failures-- > 0) throw new Error('disk full')
    this.written.push(...this.#transaction)
  }
}

function journalOn(disk: FullDisk): Journal {
  return new Journal(disk as unknown as StateStore, silentLogger, 1)
}

test('changes that the disk did not take are written later, in order, before anything newer', async () => {
  const disk = new FullDisk(3)
  const journal = journalOn(disk)
  journal.change(disk.put(1))
  journal.change(disk.put(2))
  const first = journal.flushed().then(() => [...disk.written])
  await new Promise((resolve) => setImmediate(resolve))
  journal.change(disk.put(3))
  await journal.flushed()
  assert.deepEqual((await first).slice(0, 2), [1, 2])
  assert.deepEqual(disk.written, [1, 2, 3])
  assert.equal(disk.failures < 0, true)
})

test('a wait ends only when the change that is under way is on disk', async () => {
  const disk = new FullDisk(2)
  const journal = journalOn(disk)
  journal.change(disk.put(1))
  await new Promise((resolve) => setImmediate(resolve))
  await journal.flushed()
  assert.deepEqual(disk.written, [1])
  await journal.flushed()
})

test('after stop nothing is written any more, and nothing keeps the process', async () => {
  const disk = new FullDisk(1_000)
  const journal = journalOn(disk)
  journal.change(disk.put(1))
  await new Promise((resolve) => setTimeout(resolve, 10))
  journal.stop()
  const { failures } = disk
  journal.change(disk.put(2))
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(disk.failures, failures)
  assert.deepEqual(disk.written, [])
})

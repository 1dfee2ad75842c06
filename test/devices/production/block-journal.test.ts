import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { StateStore } from '../../../src/core/state.js'
import { BlockJournal } from '../../../src/devices/production/block-journal.js'
import { openState, removeDirectory, temporaryDirectory } from '../../support/state.js'

class Counting {
  readonly slot = 1
  listedIn: object | undefined
  count = 0
  save(): object {
    return { count: this.count }
  }
}

describe('the journal of a block', () => {
  let directory: string
  let state: StateStore
  beforeEach(() => {
    directory = temporaryDirectory()
    state = openState(directory)
  })
  afterEach(async () => {
    await state.close()
    removeDirectory(directory)
  })

  function journalled() {
    const table = state.table('production')
    const writes: (() => void)[][] = [[]]
    const block = {
      get number() {
        return writes.length
      },
      alongside: (write: () => void) => void writes.at(-1)!.push(write),
    }
    const journal = new BlockJournal(block, table)
    const device = new Counting()
    const add = () => {
      journal.enter()
      device.count++
      journal.mark(device)
    }
    const commit = async (number: number, fails = false) => {
      const committed = state.commit(() => {
        for (const write of writes[number]!) write()
        if (fails) throw new Error('the disk is full')
      })
      await (fails ? assert.rejects(committed) : committed)
      return table.get(1)?.toString()
    }
    return { writes, add, commit, close: () => void writes.push([]) }
  }

  test('writes each device once per block', async () => {
    const { writes, add, commit, close } = journalled()
    for (let i = 0; i < 5; i++) add()
    close()
    assert.equal(writes[0]!.length, 1)
    assert.equal(await commit(0), '{"count":5}')
  })

  test('writes what the block had when it closed, though a later one has gone on', async () => {
    const { add, commit, close } = journalled()
    add()
    close()
    add()
    add()
    close()
    add()
    assert.equal(await commit(0), '{"count":1}')
    assert.equal(await commit(1), '{"count":3}')
  })

  test('writes the same again when the commit failed, whatever came meanwhile', async () => {
    const { add, commit, close } = journalled()
    add()
    close()
    await commit(0, true)
    add()
    assert.equal(await commit(0), '{"count":1}')
    close()
    assert.equal(await commit(1), '{"count":2}')
  })
})

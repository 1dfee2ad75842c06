import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { TableStore } from '../../../src/intake/stores.js'
import { SeriesStore } from '../../../src/quality/series/series-store.js'
import { KnownTypes } from '../../../src/quality/types/known-types.js'
import { deviceOf } from '../../support/quality-context.js'
import { openState, removeDirectory, temporaryDirectory } from '../../support/state.js'

const directory = temporaryDirectory()
after(() => removeDirectory(directory))

/** One run of the gateway: what `use` changes is written in one transaction, and then the state is closed. */
async function run(use: (store: SeriesStore, types: KnownTypes) => void): Promise<void> {
  const state = openState(directory)
  const writes: (() => void)[] = []
  const disk = new TableStore(state, (write) => void writes.push(write))
  const types = new KnownTypes(disk)
  const store = new SeriesStore(disk, types)
  store.start()
  use(store, types)
  await state.commit(() => {
    for (const write of writes) write()
  })
  await state.close()
}

test('series, counts and types are on disk as they were, and a removed device is gone from it', async () => {
  const longKey = `m,text=${'ä'.repeat(5_000)}`
  await run((store) => {
    for (const slot of [1, 10, 37]) {
      for (const key of ['m', longKey]) {
        const series = store.open(deviceOf(slot), '测量 m', `${key},device=d${slot}`)
        store.admit(series, ['a', '温度'], [0, 1])
        store.admit(series, ['c'], [3])
      }
    }
  })
  await run((store, types) => {
    assert.deepEqual([store.count, store.ofDevice(1), store.ofDevice(10), store.ofDevice(2)], [18, 6, 6, 0])
    assert.deepEqual(
      [types.of('测量 m', '温度'), types.of('测量 m', 'c'), types.of('m', 'c')],
      [1, 3, undefined],
    )
    const series = store.open(deviceOf(10), '测量 m', `${longKey},device=d10`)
    assert.deepEqual(
      [series.fields.names, series.fields.types],
      [
        ['a', '温度', 'c'],
        [0, 1, 3],
      ],
    )
    assert.equal(store.open(deviceOf(10), '测量 m', 'm,device=other').isAdmitted, false)
    // Slot 1 in base 36 is how the keys of slot 37 begin, too.
    store.forget(1)
  })
  await run((store, types) => {
    assert.deepEqual([store.count, store.ofDevice(1), store.ofDevice(37)], [12, 0, 6])
    assert.equal(store.open(deviceOf(1), '测量 m', 'm,device=d1').isAdmitted, false)
    assert.equal(store.open(deviceOf(37), '测量 m', 'm,device=d37').isAdmitted, true)
    assert.equal(types.of('测量 m', 'a'), 0)
  })
})

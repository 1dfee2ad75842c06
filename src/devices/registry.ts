/**
 * The devices: who they are, where they are, and under which addresses they speak.
 *
 * Format. Table `devices`, see device-row.ts. Slots are given in order of arrival, from 1 (0 is no device), and are never
 * given again: the ledger's rows are found by them.
 *
 * Invariants. An id, and an address, belong to one device each; a device's place is one of its addresses. Lookup, tree
 * and sums change together, in one synchronous step, before anyone is told.
 *
 * Durability. Memory changes first, so that reads see a change at once, and so that a message that arrives while it is
 * being committed finds the device that is being put: one place never gets two slots. Changes are committed in groups;
 * their promises resolve when they are on disk. `meet` calls a device new until it is on disk, so that its row joins
 * the block of its first message, too.
 *
 * When a commit fails (full disk), its changes, and those made since, are taken back in one step, listeners are told, and
 * the promises reject: memory is what the disk has. A device that was discovered meanwhile at a place that is taken
 * back goes, and its next message is that of the one that came back. What a block wrote of these devices meanwhile is
 * put right by the next change that the disk takes.
 *
 * Recovery. None is needed: a transaction is there or not. Of two rows that claim the same id or place, which only a crash
 * right after such a failure can leave, the lower slot, which is the older device, has it.
 */
import type { Device, TopicLevels } from '../core/device.js'
import { causeOf, GatewayError } from '../core/errors.js'
import type { DeviceChange, DeviceRecord } from '../core/registry.js'
import type { StateStore, Table } from '../core/state.js'
import type { DeviceDirectory } from '../core/views.js'
import { ChangeJournal } from './change-journal.js'
import { type DeviceInput, type DevicePatch, inputViolations, patchViolations } from './device-input.js'
import { DeviceLookup } from './device-lookup.js'
import { pathOf } from './device-path.js'
import { discoveredRecord, freeId, patched, placeOf, recordOf } from './device-record.js'
import { encodeLastSlot, encodeRow } from './device-row.js'
import { deviceOf, entersTree, isReplaced, leavesTree, NO_ADDRESSES, type Step } from './entry.js'
import { LAST_SLOT_KEY, loadDevices } from './loading.js'
import { type Draft, type IdentifierHolder, Placement, type StatedRow, stepsOf } from './placement.js'
import { invalidRows, refuseChanged, refuseInvalid } from './refusals.js'
import { stepsBack } from './taking-back.js'
import { DeviceTree } from './tree.js'

export class DeviceRegistry implements DeviceDirectory {
  readonly tree: DeviceTree
  readonly #table: Table
  readonly #lookup = new DeviceLookup()
  readonly #journal: ChangeJournal
  readonly #listeners: ((change: DeviceChange) => void)[] = []
  /** Put, and not on disk yet. */
  readonly #unwritten = new Set<number>()
  /** Slots whose rows may say something else than memory. */
  readonly #stale = new Set<number>()
  #holderOf: IdentifierHolder = () => undefined

  constructor(state: StateStore) {
    this.#table = state.table('devices')
    this.tree = new DeviceTree(this.#lookup)
    this.#journal = new ChangeJournal({
      state,
      write: (steps) => this.#write(steps),
      written: (steps) => this.#written(steps),
      takeBack: (steps) => this.#takeBack(steps),
      failure: (cause) => new GatewayError('LG_DEVICE_NOT_SAVED', { cause: causeOf(cause) }),
    })
    for (const slot of loadDevices(this.#table, this.#lookup)) this.#stale.add(slot)
    for (const slot of this.#lookup.slots()) if (!this.isRejected(slot)) this.tree.insert(this.get(slot)!)
  }

  /** The highest slot ever given; there may be no device in a lower one any more. */
  get size(): number {
    return this.#lookup.lastSlot
  }

  /** Devices that are known, rejected ones included. */
  get count(): number {
    return this.#lookup.count
  }

  get(slot: number): Device | undefined {
    return this.#lookup.get(slot)
  }

  /** The device whose place this is. */
  at(path: string): Device | undefined {
    return this.#lookup.at(path)
  }

  byId(id: string): Device | undefined {
    return this.#lookup.get(this.#lookup.slotOfId(id) ?? 0)
  }

  /** The device at this path, or else the one with this id, or else all with this name. */
  find(idOrNameOrPath: string): readonly Device[] {
    return this.#lookup.find(idOrNameOrPath)
  }

  /** Devices of the tree at or below a path, by slot; costs what it returns. */
  under(path: string): readonly Device[] {
    return Array.from(this.tree.slotsUnder(path), (slot) => this.#lookup.get(slot)!)
  }

  childrenOf(path: string): readonly string[] {
    return this.tree.namesBelow(path)
  }

  /** Once per message. */
  isRejected(slot: number): boolean {
    return this.#lookup.isRejected(slot)
  }

  record(slot: number): DeviceRecord | undefined {
    return this.#lookup.record(slot)
  }

  /** In order of slots. */
  *records(): IterableIterator<DeviceRecord> {
    for (const slot of this.#lookup.slots()) yield this.#lookup.record(slot)!
  }

  /** The place, and the places that the device had before and nobody has taken since, the newest first. */
  addresses(slot: number): readonly string[] {
    const device = this.#lookup.get(slot)
    return device === undefined ? [] : [device.path, ...this.#lookup.former(slot)]
  }

  /** Has identifiers refused that are taken; the registry itself knows those of devices, but not of other things. */
  refuseTaken(holderOf: IdentifierHolder): void {
    this.#holderOf = holderOf
  }

  /** Called after the tree has the change, once for each device, synchronously. */
  onChange(listener: (change: DeviceChange) => void): void {
    this.#listeners.push(listener)
  }

  /** The device with the address of these levels, if there is one. */
  deviceFor(levels: TopicLevels): Device | undefined {
    return this.#lookup.get(this.#lookup.slotOfAddress(pathOf(levels)) ?? 0)
  }

  /** The device with the address of these levels. `isNew`: it is not on disk; `persist` must join the block that mentions it. */
  meet(levels: TopicLevels): { device: Device; isNew: boolean } {
    const known = this.#lookup.slotOfAddress(pathOf(levels))
    if (known !== undefined) return { device: this.#lookup.get(known)!, isNew: this.#unwritten.has(known) }
    const slot = this.#lookup.lastSlot + 1
    const id = freeId(levels, slot, (text) => this.#lookup.slotOfId(text) !== undefined)
    const record = discoveredRecord(id, levels, Date.now())
    this.#make([{ slot, before: undefined, after: { record, former: NO_ADDRESSES } }])
    return { device: this.#lookup.get(slot)!, isNew: true }
  }

  /** Joins the transaction of the caller. Of a device that was removed, it is written that its slot was given. */
  persist({ slot }: Device): void {
    const entry = this.#lookup.entry(slot)
    if (entry !== undefined) this.#table.put(slot, encodeRow(entry))
    else this.#table.put(LAST_SLOT_KEY, encodeLastSlot(this.#lookup.lastSlot))
  }

  /**
   * Creates or replaces. A new id at the place of a device that was only discovered is given to that device.
   *
   * @param expected undefined: whatever is there; 0: nothing may be there; n: it must be revision n
   * @returns the record, when it is on disk
   * @throws {GatewayError} LG_DEVICE_INVALID, LG_DEVICE_ID_TAKEN, LG_DEVICE_CHANGED, LG_DEVICE_PLACE_TAKEN,
   * LG_DEVICE_NOT_SAVED
   */
  async put(id: string, input: DeviceInput, expected?: number): Promise<DeviceRecord> {
    refuseInvalid(id, inputViolations(id, input))
    const slot = this.#lookup.slotOfId(id)
    const known = slot === undefined ? undefined : this.#lookup.record(slot)
    if (expected === 0 && known !== undefined) throw new GatewayError('LG_DEVICE_ID_TAKEN', { id })
    refuseChanged(id, known?.revision ?? 0, expected)
    return this.#change(id, input, slot)
  }

  /**
   * @throws {GatewayError} LG_DEVICE_INVALID, LG_DEVICE_ID_UNKNOWN, LG_DEVICE_CHANGED, LG_DEVICE_PLACE_TAKEN,
   * LG_DEVICE_NOT_SAVED
   */
  async patch(id: string, patch: DevicePatch, expected?: number): Promise<DeviceRecord> {
    const { slot, record } = this.#known(id, expected)
    refuseInvalid(id, patchViolations(patch))
    return this.#change(id, patched(record, patch), slot)
  }

  /** @throws {GatewayError} LG_DEVICE_ID_UNKNOWN, LG_DEVICE_CHANGED, LG_DEVICE_NOT_SAVED */
  setStatus(id: string, status: 'confirmed' | 'rejected', expected?: number): Promise<DeviceRecord> {
    return this.patch(id, { status }, expected)
  }

  /**
   * Frees the id, the place and the addresses; the slot is never given again.
   *
   * @throws {GatewayError} LG_DEVICE_ID_UNKNOWN, LG_DEVICE_CHANGED, LG_DEVICE_NOT_SAVED
   */
  async remove(id: string, expected?: number): Promise<void> {
    const { slot } = this.#known(id, expected)
    await this.#commit([{ slot, before: this.#lookup.entry(slot), after: undefined }])
  }

  /**
   * Puts all rows, or none of them: as if at once, so that two devices may swap places.
   *
   * @returns how many were created, changed and the same as before, when they are on disk
   * @throws {GatewayError} LG_DEVICES_INVALID, whose `violations` have the index of the row, its id, key and message;
   * LG_DEVICE_NOT_SAVED
   */
  async putAll(
    rows: readonly StatedRow[],
    source: 'file' | 'api',
  ): Promise<{ created: number; changed: number; unchanged: number }> {
    const { drafts, violations } = this.#place(rows, source)
    if (violations.length > 0) throw invalidRows(violations)
    const created = rows.filter(({ id }) => this.#lookup.slotOfId(id) === undefined).length
    const unchanged = drafts.filter(({ slot, record }) => this.#lookup.record(slot) === record).length
    await this.#commit(stepsOf(drafts, this.#lookup))
    return { created, changed: rows.length - created - unchanged, unchanged }
  }

  /** What `putAll` would find wrong with these rows now. */
  violationsOf(rows: readonly StatedRow[]): Placement['violations'] {
    return this.#place(rows, 'api').violations
  }

  #place(rows: readonly StatedRow[], source: 'file' | 'api'): Placement {
    const placement = new Placement(this.#lookup, this.#holderOf)
    placement.place(rows, source)
    return placement
  }

  #known(id: string, expected: number | undefined): Draft {
    const slot = this.#lookup.slotOfId(id)
    if (slot === undefined) throw new GatewayError('LG_DEVICE_ID_UNKNOWN', { id })
    const record = this.#lookup.record(slot)!
    refuseChanged(id, record.revision, expected)
    return { slot, record }
  }

  async #change(id: string, input: DeviceInput, known: number | undefined): Promise<DeviceRecord> {
    const path = placeOf(id, input)
    const holder = this.#lookup.at(path)?.slot
    const adopted =
      known === undefined && holder !== undefined && this.#lookup.record(holder)!.status === 'discovered'
    const slot = known ?? (adopted ? holder : this.#lookup.lastSlot + 1)
    if (holder !== undefined && holder !== slot) {
      throw new GatewayError('LG_DEVICE_PLACE_TAKEN', { path, holder: this.#lookup.record(holder)!.id })
    }
    const taken = input.identifier && this.#holderOf(input.identifier, id)
    if (taken) throw new GatewayError('LG_HANDLE_TAKEN', { handle: input.identifier, holder: taken })
    const record = recordOf(id, input, this.#lookup.record(slot), 'api')
    await this.#commit(stepsOf([{ slot, record }], this.#lookup))
    return record
  }

  async #commit(steps: readonly Step[]): Promise<void> {
    for (const { slot, before } of steps) if (before === undefined) this.#unwritten.add(slot)
    this.#move(steps)
    const done = this.#journal.add(steps)
    this.#tell(steps)
    await done
  }

  #make(steps: readonly Step[]): void {
    this.#move(steps)
    this.#tell(steps)
  }

  /** All at once: what leaves its place leaves before anything takes a new one. */
  #move(steps: readonly Step[]): void {
    for (const step of steps) if (leavesTree(step)) this.tree.remove(step.slot)
    for (const { slot } of steps) this.#lookup.detach(slot)
    for (const { slot, after } of steps) {
      if (after === undefined) this.#lookup.forget(slot)
      else this.#lookup.attach(slot, after)
    }
    for (const step of steps) if (entersTree(step)) this.tree.insert(this.#lookup.get(step.slot)!)
    if (steps.some(isReplaced)) this.tree.touch()
  }

  #tell(steps: readonly Step[]): void {
    for (const { slot, before, after } of steps) {
      if (before?.record === after?.record) continue
      const device = this.#lookup.get(slot) ?? deviceOf(slot, before!.record)
      const change = { slot, before: before?.record, after: after?.record, device }
      for (const listener of this.#listeners) listener(change)
    }
  }

  #write(steps: readonly Step[]): void {
    for (const slot of new Set([...this.#stale, ...steps.map((step) => step.slot)])) {
      const entry = this.#lookup.entry(slot)
      if (entry === undefined) this.#table.remove(slot)
      else this.#table.put(slot, encodeRow(entry))
    }
    this.#table.put(LAST_SLOT_KEY, encodeLastSlot(this.#lookup.lastSlot))
  }

  #written(steps: readonly Step[]): void {
    for (const { slot } of steps) this.#unwritten.delete(slot)
    this.#stale.clear()
  }

  #takeBack(steps: readonly Step[]): void {
    const back = stepsBack(steps, this.#lookup)
    for (const { slot } of back) {
      this.#unwritten.delete(slot)
      this.#stale.add(slot)
    }
    this.#make(back)
  }
}

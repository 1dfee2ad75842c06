import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { silentLogger } from '../../src/core/logger.js'
import type { NetworkingFigures } from '../../src/devices/networking/figures.js'
import { Networking } from '../../src/devices/networking/networking.js'
import { Presence } from '../../src/devices/presence/presence.js'
import { ConfiguredShifts } from '../../src/devices/shifts/calendar.js'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

interface Node extends NetworkingFigures {
  path: string
  name: string
  level: string
  children: Node[]
  omitted?: number
}

const LINES = 3
const DEVICES_PER_LINE = 4

function outline({ name, level, registered, children }: Node): string {
  const below = children.map(outline).join(' ')
  return `${name}:${level}:${registered}${below === '' ? '' : `{${below}}`}`
}

describe('GET /api/v1/tree', () => {
  let networking: Networking
  let presence: Presence
  const gateway: HttpGateway = new HttpGateway({
    networking: {
      get revision() {
        return networking.revision
      },
      figures: (of) => networking.figures(of),
    },
  })

  before(async () => {
    const { devices, state, ledger } = gateway
    presence = new Presence({
      registry: devices,
      state,
      alongside: (write) => gateway.spool.alongside(write),
      defaults: { intervalMs: 10_000, survivalMs: 20_000 },
      restartGraceMs: 60_000,
    })
    networking = new Networking({
      registry: devices,
      presence,
      shifts: new ConfiguredShifts({ timezone: 'UTC', pattern: [] }),
      ledger,
      recorder: { record: () => undefined },
      state,
      logger: silentLogger,
    })
    await gateway.start()
    presence.start((slot) => ledger.lastReceivedMs(slot))
    networking.start()
    await fill()
  })

  after(async () => {
    presence.close()
    await networking.close()
    await gateway.close()
  })

  async function fill(): Promise<void> {
    const { devices } = gateway
    for (let line = 0; line < LINES; line++) {
      for (let n = 0; n < DEVICES_PER_LINE; n++) {
        const place = { site: 'ningbo', area: 'moulding', line: `line${line}` }
        await devices.put(`imm-${line}-${n}`, { ...place, expectedIntervalMs: 1_000 })
      }
    }
    await devices.put('cpe-01', {})
    devices.meet({ site: 'hangzhou', area: 'cnc', line: 'line1', device: 'cnc-01' })
    for (const id of ['imm-0-0', 'imm-0-1', 'imm-1-0']) presence.sessionOpened(id)
    for (const id of ['imm-0-0', 'imm-0-1']) presence.heard(devices.byId(id)!.slot, Date.now())
  }

  async function tree(query = ''): Promise<Node> {
    return answerOf<Node>(await gateway.get(`/api/v1/tree${query}`))
  }

  it('answers the whole and one level below it when nothing else is asked for', async () => {
    assert.equal(outline(await tree()), ':all:13{cpe-01:device:1 hangzhou:site:0 ningbo:site:12}')
  })

  it('names the level of each node, down to the devices, sorted', async () => {
    const [area] = (await tree('?path=ningbo&depth=4')).children
    assert.equal(area?.level, 'area')
    assert.deepEqual(
      area?.children.map(({ path, level }) => [path, level]),
      [0, 1, 2].map((line) => [`ningbo/moulding/line${line}`, 'line']),
    )
    assert.equal(
      outline(area!.children[1]!),
      'line1:line:4{imm-1-0:device:1 imm-1-1:device:1 imm-1-2:device:1 imm-1-3:device:1}',
    )
  })

  it('has the figures of a line, and of a device, each the sum of what is below', async () => {
    const line = await tree('?path=ningbo/moulding/line0')
    assert.deepEqual([line.registered, line.connected, line.fresh, line.unknown], [4, 2, 2, 2])
    assert.deepEqual([line.networkingRate, line.sessionRate], [0.5, 0.5])
    const device = await tree('?path=ningbo/moulding/line1/imm-1-0&depth=0')
    assert.deepEqual(
      [device.level, device.connected, device.fresh, device.networkingRate],
      ['device', 1, 0, 0],
    )
    const root = await tree('?depth=0')
    assert.deepEqual([root.registered, root.discovered, root.connected, root.fresh], [13, 1, 3, 2])
    assert.equal(root.networkingRate, 2 / 13)
    assert.deepEqual(root.children, [])
  })

  it('bounds a level, and counts what it leaves out', async () => {
    const rows = Array.from({ length: 1_200 }, (_, i) => String(i).padStart(4, '0'))
    const { devices } = gateway
    await Promise.all(rows.map((n) => devices.put(`agv-${n}`, { site: 'wuxi', area: 'hall', line: 'yard' })))
    const yard = await tree('?path=wuxi/hall/yard')
    assert.deepEqual([yard.children.length, yard.omitted, yard.registered], [1_000, 200, 1_200])
    assert.equal(yard.children.at(-1)?.name, 'agv-0999')
    const deep = await tree('?depth=4')
    const sites = deep.children.map(({ name, children }) => [name, children[0]?.children[0]?.children.length])
    assert.deepEqual(sites, [
      ['cpe-01', undefined],
      ['hangzhou', 1],
      ['ningbo', 4],
      ['wuxi', 1_000 - 1 - LINES * DEVICES_PER_LINE],
    ])
  })

  it('knows no place without devices', async () => {
    await problemIn(await gateway.get('/api/v1/tree?path=ningbo/pressing'), 404, 'LG_PLACE_UNKNOWN')
    await problemIn(await gateway.get('/api/v1/tree?depth=5'), 400, 'LG_REQUEST_INVALID')
  })
})

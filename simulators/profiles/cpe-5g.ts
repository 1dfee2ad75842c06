import type { Random } from '../signals/random.js'
import { approach, clamp, Drift, round1, round2 } from '../signals/signals.js'
import { COMMON_RANGES, COUNT, type Machine, type Profile, type Readings } from './profile.js'

const ALARM_WEAK_SIGNAL = 501
const WEAK_RSRP_DBM = -112
const HANDOVER_S = 2
/** How long the dip of a handover stays visible. */
const DIP_TAU_S = 6
const PACKETS_PER_S = 20

/** Slices of 3GPP TS 23.501: 1 eMBB, 2 URLLC, 3 MIoT; each with its own delay. */
const RTT_OF_SLICE_MS = [0, 18, 9, 28] as const

interface Cell {
  readonly pci: number
  readonly nci: number
  readonly rsrpDbm: number
}

/** The NR cell identity has 36 bits: here 24 of the base station, 12 of the cell. */
function cellsAround(random: Random): Cell[] {
  const station = random.integer(1, 0xff_ffff)
  return Array.from({ length: 3 }, (_, at) => ({
    pci: random.integer(0, 1007),
    nci: station * 4096 + at + 1,
    rsrpDbm: random.between(-100, -74),
  }))
}

/**
 * A 5G terminal on the shop floor: the signal fades slowly, quality and delay follow it, and at a handover the level
 * dips and the delay jumps for some seconds.
 */
class Terminal implements Machine {
  readonly #random: Random
  readonly #cells: readonly Cell[]
  readonly #slice: number
  readonly #handoverEveryS: number
  readonly #fading: Drift
  readonly #traffic: Drift
  #cell = 0
  #untilHandoverS: number
  #handoverS = 0
  #dip = 0
  #temperatureC: number
  #packets = 0
  #lost = 0
  #uplinkMbps = 0
  #staffed = true

  constructor(random: Random) {
    this.#random = random
    this.#cells = cellsAround(random)
    this.#slice = random.integer(1, 3)
    this.#handoverEveryS = random.between(240, 1800)
    this.#fading = new Drift({ mean: 0, deviation: 3.5, tauS: 45 }, random)
    this.#traffic = new Drift({ mean: 1, deviation: 0.25, tauS: 60 }, random)
    this.#untilHandoverS = random.between(20, this.#handoverEveryS)
    this.#temperatureC = random.between(34, 44)
  }

  advance(dtS: number, staffed: boolean): void {
    this.#staffed = staffed
    this.#fading.advance(dtS)
    this.#traffic.advance(dtS)
    this.#dip = approach(this.#dip, 0, dtS, DIP_TAU_S)
    this.#handoverS = Math.max(0, this.#handoverS - dtS)
    this.#untilHandoverS -= dtS
    if (this.#untilHandoverS <= 0) this.#handOver()
    this.#transmit(dtS)
    const warm = 33 + 0.25 * this.#uplinkMbps
    this.#temperatureC = approach(this.#temperatureC, warm, dtS, 400)
  }

  #handOver(): void {
    this.#cell = (this.#cell + this.#random.integer(1, 2)) % this.#cells.length
    this.#handoverS = HANDOVER_S
    this.#dip = this.#random.between(0.7, 1)
    this.#untilHandoverS = this.#handoverEveryS * this.#random.between(0.5, 1.5)
  }

  #transmit(dtS: number): void {
    const sinr = this.#sinrDb()
    const demand = this.#demand()
    this.#uplinkMbps = demand * clamp(8 + 1.6 * sinr, 2, 60)
    this.#packets += PACKETS_PER_S * demand * dtS
    const lossRate = 0.0004 + 0.02 * this.#dip + (sinr < 5 ? 0.004 : 0)
    this.#lost += PACKETS_PER_S * demand * dtS * lossRate
  }

  /** What the machines behind it want to send; less when nobody works there. */
  #demand(): number {
    return (this.#staffed ? 1 : 0.35) * clamp(this.#traffic.value, 0.2, 1.8)
  }

  #rsrpDbm(): number {
    const level = this.#cells[this.#cell]!.rsrpDbm + this.#fading.value - 18 * this.#dip
    return clamp(level, -156, -31)
  }

  #sinrDb(): number {
    return clamp(16 + 0.55 * (this.#rsrpDbm() + 88) - 6 * this.#dip, -23, 40)
  }

  #rttMs(): number {
    const base = RTT_OF_SLICE_MS[this.#slice]!
    const retransmissions = 12 * Math.exp(-this.#sinrDb() / 9)
    return base + retransmissions + 3 * this.#demand() + 160 * this.#dip
  }

  readings(): Readings {
    const { pci, nci } = this.#cells[this.#cell]!
    const rsrp = this.#rsrpDbm()
    return {
      state: this.#handoverS > 0 ? 'handover' : 'connected',
      alarm: rsrp < WEAK_RSRP_DBM ? ALARM_WEAK_SIGNAL : 0,
      packets_sent: Math.floor(this.#packets),
      packets_lost: Math.floor(this.#lost),
      power_kw: Math.round(7 + 0.09 * this.#uplinkMbps) / 1000,
      temperature: round1(this.#temperatureC),
      rsrp_dbm: round1(rsrp),
      rsrq_db: round1(clamp(-10.5 + 0.12 * (rsrp + 88) - 4 * this.#dip, -43, 20)),
      sinr_db: round1(this.#sinrDb()),
      rtt_ms: round1(this.#rttMs()),
      uplink_mbps: round2(this.#uplinkMbps),
      pci,
      nci,
      slice_sst: this.#slice,
    }
  }
}

export const cpe5g: Profile = {
  name: 'cpe-5g',
  prefix: 'cpe',
  intervalMs: 5000,
  ranges: {
    ...COMMON_RANGES,
    packets_sent: COUNT,
    packets_lost: COUNT,
    power_kw: { min: 0.005, max: 0.02, unit: 'kW' },
    temperature: { min: 25, max: 75, unit: '°C' },
    rsrp_dbm: { min: -156, max: -31, unit: 'dBm' },
    rsrq_db: { min: -43, max: 20, unit: 'dB' },
    sinr_db: { min: -23, max: 40, unit: 'dB' },
    rtt_ms: { min: 5, max: 400, unit: 'ms' },
    uplink_mbps: { min: 0, max: 120, unit: 'Mbit/s' },
    pci: { min: 0, max: 1007, unit: '' },
    nci: { min: 0, max: 2 ** 36 - 1, unit: '' },
    slice_sst: { min: 1, max: 3, unit: '' },
  },
  createMachine: (random) => new Terminal(random),
}

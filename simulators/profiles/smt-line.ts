import { advancePhases, type Phased } from '../signals/phases.js'
import type { Random } from '../signals/random.js'
import { approach, clamp, Drift, round1, round2 } from '../signals/signals.js'
import { COMMON_RANGES, type Machine, PART_COUNTERS, type Profile, type Readings } from './profile.js'

const IDLE_CHECK_S = 20
const RATE_TAU_S = 3
const ALARM_PICK_FAILED = 301
/** Preheat, soak, soak, reflow, cooling. */
const ZONE_SETPOINTS_C = [150, 170, 190, 245, 120] as const
/** How strongly one board more or less moves the shown failure rate: about the last 500 boards count. */
const FAIL_RATE_WEIGHT = 0.002

/**
 * A surface-mount line: a board each takt, with short stops when a feeder runs empty. The oven wanders slowly and
 * cools a little under each board; an oven off its profile shows as boards that fail the optical inspection.
 */
class PlacementLine implements Machine, Phased {
  remainingS: number
  readonly #random: Random
  readonly #taktS: number
  readonly #nominalRate: number
  readonly #conveyorCmMin: number
  /** Each zone has heaters of its own; `#wander` is what moves them all, such as the air of the hall. */
  readonly #zones: readonly Drift[]
  readonly #wander: Drift
  readonly #jitter: Drift
  #state = 'running'
  #alarm = 0
  #staffed = true
  #rate: number
  #boardLoadC = 0
  #failRate: number
  #good = 0
  #bad = 0

  constructor(random: Random) {
    this.#random = random
    this.#taktS = random.between(16, 34)
    this.#nominalRate = random.between(38_000, 88_000)
    this.#conveyorCmMin = random.between(70, 105)
    this.#zones = ZONE_SETPOINTS_C.map((setpointC) => {
      return new Drift({ mean: setpointC + random.between(-3, 3), deviation: 0.5, tauS: 90 }, random)
    })
    this.#wander = new Drift({ mean: 0, deviation: 1, tauS: 600 }, random)
    this.#jitter = new Drift({ mean: 0, deviation: 1, tauS: 5 }, random)
    this.#rate = this.#nominalRate
    this.#failRate = random.between(0.004, 0.01)
    this.remainingS = random.between(1, this.#taktS)
  }

  advance(dtS: number, staffed: boolean): void {
    this.#staffed = staffed
    advancePhases(this, dtS)
  }

  integrate(dtS: number): void {
    const running = this.#state === 'running'
    this.#wander.advance(dtS)
    for (const zone of this.#zones) zone.advance(dtS)
    this.#jitter.advance(dtS)
    const wanted = running ? this.#nominalRate * (1 + 0.02 * this.#jitter.value) : 0
    this.#rate = approach(this.#rate, wanted, dtS, RATE_TAU_S)
    this.#boardLoadC = approach(this.#boardLoadC, running ? 1.5 : 0, dtS, 40)
  }

  nextPhase(): void {
    if (this.#state === 'running') {
      this.#inspectBoard()
      if (this.#random.chance(0.002)) {
        return this.#enter('alarm', this.#random.between(40, 150), ALARM_PICK_FAILED)
      }
      if (this.#random.chance(0.03)) return this.#enter('starved', this.#random.between(5, 40))
    }
    if (!this.#staffed) return this.#enter('idle', IDLE_CHECK_S)
    this.#enter('running', this.#taktS * (1 + 0.02 * this.#random.normal()))
  }

  #inspectBoard(): void {
    const failed = this.#random.chance(0.006 + 0.002 * Math.abs(this.#wander.value))
    this.#failRate += FAIL_RATE_WEIGHT * ((failed ? 1 : 0) - this.#failRate)
    if (failed) this.#bad++
    else this.#good++
  }

  #enter(state: string, durationS: number, alarm = 0): void {
    this.#state = state
    this.#alarm = alarm
    this.remainingS = durationS
  }

  #zone(at: number): number {
    const wander = this.#wander.value * (at === 3 ? 1.4 : 0.9)
    return this.#zones[at]!.value + wander - this.#boardLoadC
  }

  readings(): Readings {
    const busy = this.#rate / this.#nominalRate
    return {
      state: this.#state,
      alarm: this.#alarm,
      good_count: this.#good,
      bad_count: this.#bad,
      power_kw: round2(17 + 6.5 * busy + 0.9 * this.#boardLoadC),
      temperature: round1(this.#zone(3)),
      zone1_c: round1(this.#zone(0)),
      zone2_c: round1(this.#zone(1)),
      zone3_c: round1(this.#zone(2)),
      zone4_c: round1(this.#zone(3)),
      zone5_c: round1(this.#zone(4)),
      placements_per_h: Math.round(clamp(this.#rate, 0, 100_000)),
      conveyor_cm_min: round1(this.#conveyorCmMin * (1 + 0.003 * this.#jitter.value)),
      aoi_fail_pct: round2(100 * this.#failRate),
    }
  }
}

export const smtLine: Profile = {
  name: 'smt-line',
  prefix: 'smt',
  intervalMs: 1000,
  ranges: {
    ...COMMON_RANGES,
    ...PART_COUNTERS,
    power_kw: { min: 10, max: 30, unit: 'kW' },
    temperature: { min: 225, max: 260, unit: '°C' },
    zone1_c: { min: 100, max: 260, unit: '°C' },
    zone2_c: { min: 100, max: 260, unit: '°C' },
    zone3_c: { min: 100, max: 260, unit: '°C' },
    zone4_c: { min: 100, max: 260, unit: '°C' },
    zone5_c: { min: 100, max: 260, unit: '°C' },
    placements_per_h: { min: 0, max: 100_000, unit: '1/h' },
    conveyor_cm_min: { min: 60, max: 120, unit: 'cm/min' },
    aoi_fail_pct: { min: 0, max: 3, unit: '%' },
  },
  createMachine: (random) => new PlacementLine(random),
}

import { advancePhases, type Phased } from '../signals/phases.js'
import type { Random } from '../signals/random.js'
import { approach, clamp, Drift, round1, round2 } from '../signals/signals.js'
import { COMMON_RANGES, type Machine, PART_COUNTERS, type Profile, type Readings } from './profile.js'

const AMBIENT_C = 22
const IDLE_CHECK_S = 20
const TOOL_CHANGE_S = 45
const SPINDLE_TAU_S = 1.2
const FEED_TAU_S = 0.5
const BEARING_TAU_S = 900
const ALARM_TOOL_BROKEN = 101
const ALARM_COOLANT_LOW = 102

/** One cut of the part program. */
interface Cut {
  readonly spindleRpm: number
  readonly feedMmMin: number
  readonly loadPct: number
  readonly durationS: number
}

/** Roughing is slow and heavy, finishing fast and light. */
function partProgram(random: Random): Cut[] {
  return Array.from({ length: random.integer(3, 6) }, (_, at) => {
    const finish = at / 5
    return {
      spindleRpm: Math.round(random.between(2500, 4500) + finish * random.between(3000, 6500)),
      feedMmMin: Math.round(random.between(1200, 4200) + finish * 4000),
      loadPct: random.between(55, 75) - finish * 30,
      durationS: random.between(12, 35),
    }
  })
}

/**
 * A machining centre: load the part, run the cuts of its program, count the part. Wear grows with cutting load; a
 * worn tool cuts harder, shakes more and spoils more parts, until it is changed.
 */
class MachiningCentre implements Machine, Phased {
  remainingS: number
  readonly #random: Random
  readonly #program: readonly Cut[]
  readonly #handlingS: number
  readonly #toolLifeS: number
  readonly #flutter: Drift
  /** Index of the cut in progress; -1 outside the program. */
  #cut = -1
  #state = 'loading'
  #alarm = 0
  #staffed = true
  #rpm = 0
  #feed = 0
  #load = 0
  #wear: number
  #bearingC: number
  #good = 0
  #bad = 0

  constructor(random: Random) {
    this.#random = random
    this.#program = partProgram(random)
    this.#handlingS = random.between(8, 20)
    this.#toolLifeS = random.between(2400, 4200)
    this.#flutter = new Drift({ mean: 0, deviation: 1, tauS: 4 }, random)
    this.#wear = random.between(0, 0.8)
    this.#bearingC = AMBIENT_C + random.between(2, 16)
    this.remainingS = random.between(1, this.#handlingS)
  }

  advance(dtS: number, staffed: boolean): void {
    this.#staffed = staffed
    advancePhases(this, dtS)
  }

  integrate(dtS: number): void {
    const cut = this.#program[this.#cut]
    this.#flutter.advance(dtS)
    this.#rpm = approach(this.#rpm, cut?.spindleRpm ?? 0, dtS, SPINDLE_TAU_S)
    this.#feed = approach(this.#feed, cut?.feedMmMin ?? 0, dtS, FEED_TAU_S)
    const wanted = cut === undefined ? 0 : cut.loadPct * (1 + 0.35 * this.#wear) + 3 * this.#flutter.value
    this.#load = clamp(approach(this.#load, wanted, dtS, FEED_TAU_S), 0, 120)
    const warm = AMBIENT_C + 0.3 * this.#load + (16 * this.#rpm) / 12_000
    this.#bearingC = approach(this.#bearingC, warm, dtS, BEARING_TAU_S)
    if (cut !== undefined) this.#wear += (dtS / this.#toolLifeS) * (this.#load / 60)
  }

  nextPhase(): void {
    if (this.#cut >= 0 && this.#cut < this.#program.length - 1) return this.#startCut(this.#cut + 1)
    if (this.#cut >= 0) return this.#finishPart()
    if (!this.#staffed) return this.#pause('idle', IDLE_CHECK_S)
    if (this.#wear >= 1) {
      this.#wear = 0
      return this.#pause('tool-change', TOOL_CHANGE_S)
    }
    if (this.#state !== 'loading') return this.#pause('loading', this.#handlingS)
    this.#startCut(0)
  }

  #startCut(at: number): void {
    this.#cut = at
    this.#state = 'running'
    this.remainingS = this.#program[at]!.durationS
  }

  #finishPart(): void {
    const worn = this.#wear ** 3
    const breaks = this.#random.chance(0.001 + 0.012 * worn)
    if (breaks || this.#random.chance(0.004 + 0.05 * worn)) this.#bad++
    else this.#good++
    if (breaks) {
      this.#wear = 1
      this.#pause('alarm', this.#random.between(60, 240), ALARM_TOOL_BROKEN)
    } else if (this.#random.chance(0.002)) {
      this.#pause('alarm', this.#random.between(40, 120), ALARM_COOLANT_LOW)
    } else this.#pause('loading', this.#handlingS * this.#random.between(0.9, 1.2))
  }

  #pause(state: string, durationS: number, alarm = 0): void {
    this.#cut = -1
    this.#state = state
    this.#alarm = alarm
    this.remainingS = durationS
  }

  /** mm/s RMS: imbalance with speed, chatter with load, and more of both as the tool wears. */
  #vibration(): number {
    const speed = this.#rpm / 12_000
    const chatter = (this.#load / 100) * (0.4 + speed)
    const calm = 0.5 + 0.9 * speed + 1.6 * chatter + 2.4 * speed * this.#wear ** 3
    return clamp(calm * (1 + 0.08 * this.#flutter.value), 0.5, 7)
  }

  readings(): Readings {
    return {
      state: this.#state,
      alarm: this.#alarm,
      good_count: this.#good,
      bad_count: this.#bad,
      power_kw: round2(1.4 + (1.5 * this.#rpm) / 12_000 + 0.15 * this.#load),
      temperature: round1(this.#bearingC),
      spindle_rpm: Math.round(this.#rpm),
      spindle_load_pct: round1(this.#load),
      feed_mm_min: Math.round(this.#feed),
      vibration_mm_s: round2(this.#vibration()),
      tool_wear_pct: round1(100 * Math.min(1, this.#wear)),
    }
  }
}

export const cnc: Profile = {
  name: 'cnc',
  prefix: 'cnc',
  intervalMs: 1000,
  ranges: {
    ...COMMON_RANGES,
    ...PART_COUNTERS,
    power_kw: { min: 0, max: 22, unit: 'kW' },
    temperature: { min: 15, max: 75, unit: '°C' },
    spindle_rpm: { min: 0, max: 12_000, unit: 'rpm' },
    spindle_load_pct: { min: 0, max: 120, unit: '%' },
    feed_mm_min: { min: 0, max: 15_000, unit: 'mm/min' },
    vibration_mm_s: { min: 0.5, max: 7, unit: 'mm/s' },
    tool_wear_pct: { min: 0, max: 100, unit: '%' },
  },
  createMachine: (random) => new MachiningCentre(random),
}

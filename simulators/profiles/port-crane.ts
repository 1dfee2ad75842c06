import { advancePhases, type Phased } from '../signals/phases.js'
import type { Random } from '../signals/random.js'
import { approach, clamp, Drift, round1, round2, slew } from '../signals/signals.js'
import { COMMON_RANGES, type Machine, PART_COUNTERS, type Profile, type Readings } from './profile.js'

const ALARM_WIND = 401
const WIND_STOP_M_S = 20
const WIND_RESUME_M_S = 17
const CHECK_S = 10
const GANTRY_LOADED_M_MIN = 90
const GANTRY_EMPTY_M_MIN = 130
const TROLLEY_M_MIN = 70
/** m/min a second. */
const TRAVEL_ACCELERATION = 16
/** A load on ropes of about 16 m swings once in 8 s. */
const SWAY_RAD_S = (2 * Math.PI) / 8
const SWAY_TAU_S = 14
const AMBIENT_C = 18

interface Move {
  readonly step: string
  /** −1 lowers, 1 hoists. */
  readonly hoist: number
  /** −1 towards the ship, 1 towards the quay. */
  readonly trolley: number
  readonly loaded: boolean
  readonly minS: number
  readonly maxS: number
}

/** One container from the ship to the truck, and back for the next. */
const MOVES: readonly Move[] = [
  { step: 'lower', hoist: -1, trolley: 0, loaded: false, minS: 9, maxS: 14 },
  { step: 'lock', hoist: 0, trolley: 0, loaded: false, minS: 3, maxS: 6 },
  { step: 'hoist', hoist: 1, trolley: 0, loaded: true, minS: 14, maxS: 22 },
  { step: 'traverse', hoist: 0, trolley: 1, loaded: true, minS: 22, maxS: 38 },
  { step: 'set-down', hoist: -1, trolley: 0, loaded: true, minS: 12, maxS: 18 },
  { step: 'release', hoist: 0, trolley: 0, loaded: true, minS: 3, maxS: 5 },
  { step: 'raise', hoist: 1, trolley: 0, loaded: false, minS: 8, maxS: 12 },
  { step: 'return', hoist: 0, trolley: -1, loaded: false, minS: 22, maxS: 38 },
]
const LOCK = 1
const RELEASE = 5

/** A quay crane: move after move, with gantry travel and waiting between; wind and acceleration make the load sway. */
class QuayCrane implements Machine, Phased {
  remainingS: number
  readonly #random: Random
  readonly #weather: Drift
  readonly #gust: Drift
  /** Index in MOVES; -1 outside a move. */
  #move = -1
  #state = 'waiting'
  #alarm = 0
  #staffed = true
  #loadT = 0
  #containerT = 0
  #hoist = 0
  #trolley = 0
  #gantry = 0
  #gantryTarget = 0
  #swayDeg = 0
  #swayPhase: number
  #motorC: number
  #good = 0
  #bad = 0

  constructor(random: Random) {
    this.#random = random
    this.#weather = new Drift({ mean: random.between(5, 8.5), deviation: 2.2, tauS: 2400 }, random)
    this.#gust = new Drift({ mean: 0, deviation: 1.2, tauS: 8 }, random)
    this.#swayPhase = random.between(0, 2 * Math.PI)
    this.#motorC = AMBIENT_C + random.between(5, 30)
    this.remainingS = random.between(1, 15)
  }

  get #windMS(): number {
    return clamp(this.#weather.value + this.#gust.value, 0, 40)
  }

  advance(dtS: number, staffed: boolean): void {
    this.#staffed = staffed
    advancePhases(this, dtS)
  }

  integrate(dtS: number): void {
    const move = MOVES[this.#move]
    this.#weather.advance(dtS)
    this.#gust.advance(dtS)
    this.#loadT = approach(this.#loadT, move?.loaded === true ? this.#containerT : 0, dtS, 1)
    this.#hoist = approach(this.#hoist, move?.hoist ?? 0, dtS, 1)
    this.#gantry = slew(this.#gantry, this.#gantryTarget, dtS, TRAVEL_ACCELERATION)
    const before = this.#trolley
    this.#trolley = slew(before, TROLLEY_M_MIN * (move?.trolley ?? 0), dtS, TRAVEL_ACCELERATION)
    this.#sway(dtS, Math.abs(this.#trolley - before))
    this.#motorC = approach(this.#motorC, AMBIENT_C + 0.12 * Math.abs(this.#powerKw()), dtS, 1200)
  }

  /** A pendulum: acceleration of the trolley swings it, it calms down to what the wind keeps moving. */
  #sway(dtS: number, speedChange: number): void {
    const windDeg = 0.06 * this.#windMS
    this.#swayDeg = clamp(approach(this.#swayDeg, windDeg, dtS, SWAY_TAU_S) + 0.045 * speedChange, 0, 8)
    this.#swayPhase += SWAY_RAD_S * dtS
  }

  nextPhase(): void {
    if (this.#move === LOCK && this.#random.chance(0.02)) {
      this.#bad++
      return this.#startMove(LOCK)
    }
    if (this.#move === RELEASE) this.#good++
    if (this.#move >= 0 && this.#move < MOVES.length - 1) return this.#startMove(this.#move + 1)
    this.#gantryTarget = 0
    const limit = this.#alarm === 0 ? WIND_STOP_M_S : WIND_RESUME_M_S
    if (this.#windMS > limit) return this.#rest('alarm', CHECK_S, ALARM_WIND)
    if (!this.#staffed) return this.#rest('idle', CHECK_S)
    if (this.#move >= 0 && this.#random.chance(0.25))
      return this.#rest('waiting', this.#random.between(5, 60))
    if (this.#move >= 0 && this.#random.chance(0.15)) return this.#travel()
    this.#containerT = this.#random.chance(0.2) ? this.#random.between(2.2, 4) : this.#random.between(8, 40.5)
    this.#startMove(0)
  }

  #startMove(at: number): void {
    const { minS, maxS } = MOVES[at]!
    this.#move = at
    this.#state = 'running'
    this.#alarm = 0
    this.remainingS = this.#random.between(minS, maxS)
  }

  /** To the next bay, empty; now and then slowly, with a hatch cover on the spreader. */
  #travel(): void {
    const hatch = this.#random.chance(0.2)
    const speed = hatch ? GANTRY_LOADED_M_MIN : GANTRY_EMPTY_M_MIN
    this.#rest('travelling', this.#random.between(12, 40))
    this.#gantryTarget = (this.#random.chance(0.5) ? 1 : -1) * speed
  }

  #rest(state: string, durationS: number, alarm = 0): void {
    this.#move = -1
    this.#state = state
    this.#alarm = alarm
    this.remainingS = durationS
  }

  /** A lowered load drives its motor: the crane feeds power back, shown as negative. */
  #powerKw(): number {
    const grossT = 11 + this.#loadT
    const hoist = this.#hoist > 0 ? 8.5 * grossT * this.#hoist : 3.2 * grossT * this.#hoist
    const travel = 0.9 * Math.abs(this.#trolley) + 1.6 * Math.abs(this.#gantry)
    return 28 + hoist + travel
  }

  readings(): Readings {
    return {
      state: this.#state,
      alarm: this.#alarm,
      good_count: this.#good,
      bad_count: this.#bad,
      power_kw: round1(this.#powerKw()),
      temperature: round1(this.#motorC),
      step: MOVES[this.#move]?.step ?? 'none',
      load_t: round2(clamp(this.#loadT, 0, 41)),
      trolley_m_min: round1(Math.abs(this.#trolley)),
      gantry_m_min: round1(Math.abs(this.#gantry)),
      wind_m_s: round1(this.#windMS),
      sway_deg: round2(this.#swayDeg * Math.sin(this.#swayPhase)),
    }
  }
}

export const portCrane: Profile = {
  name: 'port-crane',
  prefix: 'crane',
  intervalMs: 500,
  ranges: {
    ...COMMON_RANGES,
    ...PART_COUNTERS,
    power_kw: { min: -180, max: 600, unit: 'kW' },
    temperature: { min: 10, max: 110, unit: '°C' },
    load_t: { min: 0, max: 41, unit: 't' },
    trolley_m_min: { min: 0, max: TROLLEY_M_MIN, unit: 'm/min' },
    gantry_m_min: { min: 0, max: GANTRY_EMPTY_M_MIN, unit: 'm/min' },
    wind_m_s: { min: 0, max: 40, unit: 'm/s' },
    sway_deg: { min: -8, max: 8, unit: '°' },
  },
  createMachine: (random) => new QuayCrane(random),
}

import { advancePhases, type Phased } from '../signals/phases.js'
import type { Random } from '../signals/random.js'
import { approach, clamp, Drift, round1, round2 } from '../signals/signals.js'
import { COMMON_RANGES, type Machine, PART_COUNTERS, type Profile, type Readings } from './profile.js'

const AMBIENT_C = 24
const BARREL_TAU_S = 300
const READY_WITHIN_C = 8
/** How far the zones may cool while nobody is there. */
const SETBACK_C = 15
const IDLE_CHECK_S = 15
const NOMINAL_CUSHION_CM3 = 6
const ALARM_MOULD_PROTECTION = 201
const ZONES = [0, 1, 2, 3] as const

const CYCLE = ['close', 'inject', 'pack', 'cool', 'open', 'eject'] as const
type Step = (typeof CYCLE)[number]

/** Share of the pump's power that a step takes. */
const PUMP: Readonly<Record<Step, number>> = {
  close: 0.35,
  inject: 1,
  pack: 0.45,
  cool: 0.5,
  open: 0.3,
  eject: 0.2,
}

function stepDurations(random: Random): Record<Step, number> {
  return {
    close: random.between(1.5, 2.5),
    inject: random.between(1.2, 3),
    pack: random.between(3, 7),
    cool: random.between(8, 28),
    open: random.between(1.5, 2.5),
    eject: random.between(1, 2),
  }
}

/**
 * An injection moulding machine: barrel zones warm up with a time constant, then cycle follows cycle. A colder melt
 * is more viscous: it takes more pressure and leaves another cushion, and a cushion off its mark is a bad part.
 */
class MouldingMachine implements Machine, Phased {
  remainingS = 1
  readonly #random: Random
  readonly #durations: Readonly<Record<Step, number>>
  readonly #setpointsC: readonly number[]
  readonly #zonesC: number[]
  readonly #material: Drift
  readonly #peakBar: number
  readonly #clampKn: number
  readonly #pumpKw: number
  /** Index in CYCLE; -1 outside a cycle. */
  #step = -1
  #state = 'heating'
  #alarm = 0
  #staffed = true
  #cycleS = 0
  #lastCycleS: number
  #pressure = 0
  #peak: number
  #cushion = NOMINAL_CUSHION_CM3
  #clamp = 0
  #heaterKw = 0
  #good = 0
  #bad = 0

  constructor(random: Random) {
    this.#random = random
    this.#durations = stepDurations(random)
    const hottest = random.between(215, 255)
    this.#setpointsC = ZONES.map((zone) => hottest - 5 * (3 - zone))
    const warmth = random.between(0.84, 1)
    this.#zonesC = this.#setpointsC.map((setpoint) => AMBIENT_C + (setpoint - AMBIENT_C) * warmth)
    this.#material = new Drift({ mean: 0, deviation: 1, tauS: 900 }, random)
    this.#peakBar = random.between(650, 1250)
    this.#peak = this.#peakBar
    this.#clampKn = Math.round(random.between(800, 4800))
    this.#pumpKw = 6 + this.#clampKn / 110
    this.#lastCycleS = Object.values(this.#durations).reduce((sum, duration) => sum + duration, 0)
  }

  advance(dtS: number, staffed: boolean): void {
    this.#staffed = staffed
    advancePhases(this, dtS)
  }

  integrate(dtS: number): void {
    this.#material.advance(dtS)
    this.#heat(dtS)
    const step = CYCLE[this.#step]
    if (step !== undefined) this.#cycleS += dtS
    const closed = step === 'inject' || step === 'pack' || step === 'cool' || step === 'close'
    this.#clamp = approach(this.#clamp, closed ? this.#clampKn : 0, dtS, 0.4)
    this.#pressure = approach(this.#pressure, this.#pressureOf(step), dtS, 0.35)
  }

  #pressureOf(step: Step | undefined): number {
    if (step === 'inject') return this.#peak
    if (step === 'pack') return 0.55 * this.#peak
    return step === 'cool' ? 90 : 0
  }

  #heat(dtS: number): void {
    const setback = this.#state === 'idle' ? SETBACK_C : 0
    let heaterKw = 0
    for (const zone of ZONES) {
      const target = this.#setpointsC[zone]! - setback
      const gap = target - this.#zonesC[zone]!
      this.#zonesC[zone] = approach(this.#zonesC[zone]!, target, dtS, BARREL_TAU_S)
      heaterKw += clamp(0.006 * (target - AMBIENT_C) + 0.12 * gap, 0, 6)
    }
    this.#heaterKw = heaterKw
  }

  nextPhase(): void {
    if (this.#step >= 0 && this.#step < CYCLE.length - 1) return this.#startStep(this.#step + 1)
    if (this.#step >= 0) this.#countPart()
    if (this.#step >= 0 && this.#random.chance(0.0015)) {
      return this.#wait('alarm', this.#random.between(60, 180), ALARM_MOULD_PROTECTION)
    }
    if (!this.#staffed) return this.#wait('idle', IDLE_CHECK_S)
    const coldest = Math.max(...ZONES.map((zone) => this.#setpointsC[zone]! - this.#zonesC[zone]!))
    if (coldest > READY_WITHIN_C) return this.#wait('heating', IDLE_CHECK_S)
    this.#startStep(0)
  }

  #startStep(at: number): void {
    const step = CYCLE[at]!
    this.#step = at
    this.#state = 'running'
    this.#alarm = 0
    if (step === 'close') this.#cycleS = 0
    if (step === 'inject') this.#shoot()
    this.remainingS = this.#durations[step] * (1 + 0.01 * this.#random.normal())
  }

  /** What this shot will need, out of how warm the melt is and how the material is today. */
  #shoot(): void {
    const coldC = this.#setpointsC[3]! - this.#zonesC[3]!
    const viscosity = 1 + 0.006 * coldC + 0.012 * this.#material.value
    this.#peak = clamp(this.#peakBar * viscosity * (1 + 0.006 * this.#random.normal()), 300, 1600)
    const off = 0.1 * coldC + 0.25 * this.#material.value + 0.22 * this.#random.normal()
    this.#cushion = clamp(NOMINAL_CUSHION_CM3 + off, 0.5, 15)
  }

  #countPart(): void {
    this.#lastCycleS = this.#cycleS
    if (Math.abs(this.#cushion - NOMINAL_CUSHION_CM3) > 0.95) this.#bad++
    else this.#good++
  }

  #wait(state: string, durationS: number, alarm = 0): void {
    this.#step = -1
    this.#state = state
    this.#alarm = alarm
    this.remainingS = durationS
  }

  readings(): Readings {
    const pump = this.#step < 0 ? 0.08 : PUMP[CYCLE[this.#step]!]
    return {
      state: this.#state,
      alarm: this.#alarm,
      good_count: this.#good,
      bad_count: this.#bad,
      power_kw: round2(this.#heaterKw + pump * this.#pumpKw),
      temperature: round1(this.#zonesC[3]! + (this.#step < 0 ? 0 : 4)),
      zone1_c: round1(this.#zonesC[0]!),
      zone2_c: round1(this.#zonesC[1]!),
      zone3_c: round1(this.#zonesC[2]!),
      zone4_c: round1(this.#zonesC[3]!),
      injection_pressure_bar: round1(this.#pressure),
      peak_pressure_bar: round1(this.#peak),
      cushion_cm3: round2(this.#cushion),
      clamp_force_kn: Math.round(this.#clamp),
      cycle_time_s: round2(this.#lastCycleS),
    }
  }
}

export const injectionMoulding: Profile = {
  name: 'injection-moulding',
  prefix: 'imm',
  intervalMs: 1000,
  ranges: {
    ...COMMON_RANGES,
    ...PART_COUNTERS,
    power_kw: { min: 0, max: 80, unit: 'kW' },
    temperature: { min: 150, max: 280, unit: '°C' },
    zone1_c: { min: 150, max: 280, unit: '°C' },
    zone2_c: { min: 150, max: 280, unit: '°C' },
    zone3_c: { min: 150, max: 280, unit: '°C' },
    zone4_c: { min: 150, max: 280, unit: '°C' },
    injection_pressure_bar: { min: 0, max: 1600, unit: 'bar' },
    peak_pressure_bar: { min: 300, max: 1600, unit: 'bar' },
    cushion_cm3: { min: 0.5, max: 15, unit: 'cm³' },
    clamp_force_kn: { min: 0, max: 5000, unit: 'kN' },
    cycle_time_s: { min: 15, max: 60, unit: 's' },
  },
  createMachine: (random) => new MouldingMachine(random),
}

import type { Random } from './random.js'

/** First-order lag: where `value` is after `dtS` on its way to `target` with time constant `tauS`, all in seconds. */
export function approach(value: number, target: number, dtS: number, tauS: number): number {
  return target + (value - target) * Math.exp(-dtS / tauS)
}

/** Moves towards `target` by no more than `rate` a second. */
export function slew(value: number, target: number, dtS: number, rate: number): number {
  return value + clamp(target - value, -rate * dtS, rate * dtS)
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}

export function round1(value: number): number {
  return Math.round(value * 10) / 10
}

export function round2(value: number): number {
  return Math.round(value * 100) / 100
}

interface DriftOptions {
  readonly mean: number
  readonly deviation: number
  /** Seconds after which the value has mostly forgotten where it was. */
  readonly tauS: number
}

/** A value that wanders around its mean (Ornstein-Uhlenbeck process, exact for any step). */
export class Drift {
  value: number
  readonly #mean: number
  readonly #deviation: number
  readonly #tauS: number
  readonly #random: Random

  constructor({ mean, deviation, tauS }: DriftOptions, random: Random) {
    this.#mean = mean
    this.#deviation = deviation
    this.#tauS = tauS
    this.#random = random
    this.value = mean + deviation * random.normal()
  }

  advance(dtS: number): void {
    const kept = Math.exp(-dtS / this.#tauS)
    const spread = this.#deviation * Math.sqrt(1 - kept * kept)
    this.value = this.#mean + (this.value - this.#mean) * kept + spread * this.#random.normal()
  }
}

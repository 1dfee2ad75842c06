const SVG = 'http://www.w3.org/2000/svg'
const SAMPLES = 120
const WIDTH = SAMPLES - 1
const HEIGHT = 40

/** The last two minutes of a rate, one sample a second; a gap where there was no data. */
export class Sparkline {
  readonly #line = document.createElementNS(SVG, 'path')
  readonly #area = document.createElementNS(SVG, 'path')
  readonly #samples: (number | undefined)[] = []

  constructor(host: HTMLElement) {
    const svg = document.createElementNS(SVG, 'svg')
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
    svg.setAttribute('preserveAspectRatio', 'none')
    svg.setAttribute('aria-hidden', 'true')
    this.#line.setAttribute('class', 'spark-line')
    this.#area.setAttribute('class', 'spark-area')
    svg.append(this.#area, this.#line)
    host.append(svg)
  }

  get peak(): number {
    return Math.max(0, ...this.#samples.map((sample) => sample ?? 0))
  }

  push(sample: number | undefined): void {
    this.#samples.push(sample)
    if (this.#samples.length > SAMPLES) this.#samples.shift()
    const runs = this.#runs()
    this.#line.setAttribute('d', runs.map((run) => `M${run.join('L')}`).join(''))
    this.#area.setAttribute('d', runs.map(areaOf).join(''))
  }

  /** Points of the stretches without a gap. */
  #runs(): string[][] {
    const top = this.peak || 1
    const first = SAMPLES - this.#samples.length
    const runs: string[][] = [[]]
    for (const [i, sample] of this.#samples.entries()) {
      if (sample === undefined) runs.push([])
      else runs.at(-1)!.push(`${first + i} ${(HEIGHT - 1 - (sample / top) * (HEIGHT - 4)).toFixed(2)}`)
    }
    return runs.filter((run) => run.length > 0)
  }
}

function areaOf(run: string[]): string {
  const x = (point: string) => point.split(' ')[0]
  return `M${x(run[0]!)} ${HEIGHT}L${run.join('L')}L${x(run.at(-1)!)} ${HEIGHT}Z`
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { packageRoot } from '../../support/package-root.js'
import type { Message, Outcome } from './reading.js'
import { Reading } from './reading.js'

export const PRESETS_FOLDER = join(packageRoot(), 'config/presets')
const SAMPLES_FOLDER = join(packageRoot(), 'test/decode/presets/samples')

/** Of a preset file, what its readers see beside the mapping. */
export interface PresetFile {
  readonly title: Readonly<Record<'en' | 'zh-CN', string>>
  readonly source: readonly string[]
  readonly topic: string
  readonly decoder: string
}

/** `samples/<preset>/<name>.json`: a message, in which the payload is the file beside it. */
interface SampleFile {
  readonly topic: string
  readonly clientId?: string
  /** Overrides of the route. */
  readonly route?: Readonly<Record<string, unknown>>
  /** Samples that came before, as `<preset>/<name>`. */
  readonly after?: readonly string[]
}

export function presetNames(): string[] {
  return readdirSync(PRESETS_FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
}

export function presetFile(preset: string): PresetFile {
  return parse(readFileSync(join(PRESETS_FOLDER, `${preset}.yaml`), 'utf8')) as PresetFile
}

export function sampleNames(preset: string): string[] {
  return readdirSync(join(SAMPLES_FOLDER, preset))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
}

export function goldenFile(preset: string, name: string): string {
  return join(SAMPLES_FOLDER, preset, `${name}.golden.yaml`)
}

/** What becomes of a sample under the topic that the preset proposes. */
export function outcomeOf(preset: string, name: string): Outcome {
  const { after = [], route = {} } = sampleFile(preset, name)
  const before = after.map((path) => path.split('/') as [string, string])
  const presets = [...new Set([...before.map(([other]) => other), preset])]
  const routes = presets.map((other) => ({
    topic: presetFile(other).topic,
    preset: other,
    ...(other === preset && route),
  }))
  const reading = new Reading(JSON.stringify({ routes }))
  for (const [other, sample] of before) reading.read(messageOf(other, sample))
  return reading.read(messageOf(preset, name))
}

function messageOf(preset: string, name: string): Message {
  const { topic, clientId = 'client' } = sampleFile(preset, name)
  return { topic, clientId, payload: readFileSync(join(SAMPLES_FOLDER, preset, `${name}.payload`)) }
}

function sampleFile(preset: string, name: string): SampleFile {
  return JSON.parse(readFileSync(join(SAMPLES_FOLDER, preset, `${name}.json`), 'utf8')) as SampleFile
}

// Generates what is derived from the sources: config/schema.json, and the reference parts of docs/configuration.md
// and docs/errors.md (between the markers). Run after a build.
//
//   node scripts/generate-docs.js [--check] [build directory, dist by default]
//
// With --check it writes nothing, and exits with code 1 if a file is out of step.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const checkOnly = process.argv.includes('--check')
const build = resolve(root, process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? 'dist')

const load = (module) => import(pathToFileURL(join(build, 'src', module)).href)
const { jsonSchema } = await load('config/json-schema.js')
const { configurationReference } = await load('config/reference.js')
const { ERRORS } = await load('core/errors.js')

const BEGIN = '<!-- generated from the sources: npm run build && node scripts/generate-docs.js -->'
const END = '<!-- end of the generated part -->'

function between(file, generated) {
  const text = readFileSync(join(root, file), 'utf8')
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${file} lacks the markers of its generated part`)
  return `${text.slice(0, begin + BEGIN.length)}\n\n${generated}\n${text.slice(end)}`
}

function errorsReference() {
  const sections = Object.entries(ERRORS).map(([code, { message, action, exitCode, httpStatus }]) => {
    const lines = [
      `## ${code}`,
      '',
      `> ${message.replaceAll('\n', ' ')}`,
      '',
      `**What to do:** ${action}`,
      '',
    ]
    if (exitCode !== undefined) lines.push(`Exit code of the command line: ${exitCode}.`, '')
    if (httpStatus !== undefined) lines.push(`HTTP status: ${httpStatus}.`, '')
    return lines.join('\n')
  })
  return sections.join('\n')
}

const files = {
  'config/schema.json': `${JSON.stringify(jsonSchema(), null, 2)}\n`,
  'docs/configuration.md': between('docs/configuration.md', configurationReference()),
  'docs/errors.md': between('docs/errors.md', errorsReference()),
}

for (const [file, wanted] of Object.entries(files)) {
  const path = join(root, file)
  let current
  try {
    current = readFileSync(path, 'utf8')
  } catch {
    current = ''
  }
  if (current === wanted) continue
  if (checkOnly) {
    process.stderr.write(`${file} is out of step with the sources: run node scripts/generate-docs.js\n`)
    process.exitCode = 1
  } else {
    writeFileSync(path, wanted)
    process.stdout.write(`${file} written\n`)
  }
}

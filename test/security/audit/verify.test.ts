import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { AuditReport, Damage } from '../../../src/security/audit/damage.js'
import { writeLine } from '../../../src/security/audit/line.js'
import { toPending } from '../../../src/security/audit/record.js'
import { verifyAudit } from '../../../src/security/audit/verify.js'
import { auditLog, change, DAY_MS, recordsIn, trailFiles, writtenTrail } from '../../support/audit-rig.js'
import { removeDirectory, temporaryDirectory } from '../../support/state.js'

const SEED = 20_261_121

/** A trail of several files that was closed; each change is made to a copy of it. */
const original = temporaryDirectory()
let files: string[] = []
let linesOf: Map<string, string[]>

before(async () => {
  await writtenTrail(original, 60, { maxFileBytes: 4_096 })
  files = trailFiles(original)
  linesOf = new Map(
    files.map((name) => [
      name,
      readFileSync(join(original, 'audit', name), 'utf8')
        .split('\n')
        .slice(0, -1),
    ]),
  )
  assert.ok(files.length >= 5)
})
after(() => removeDirectory(original))

async function verifyAfter(change: (folder: string) => void): Promise<AuditReport> {
  const copy = temporaryDirectory()
  try {
    cpSync(original, copy, { recursive: true })
    change(join(copy, 'audit'))
    return await verifyAudit(copy)
  } finally {
    removeDirectory(copy)
  }
}

/** With other lines in one of the files. */
function verifyWith(name: string, edit: (lines: string[]) => string[]): Promise<AuditReport> {
  return verifyAfter((folder) => {
    const lines = edit([...linesOf.get(name)!])
    writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''))
  })
}

function seqOf(name: string, line: number): number {
  return (JSON.parse(linesOf.get(name)![line - 1]!) as { seq: number }).seq
}

function at(kind: Damage['kind'], file: string, line: number, firstSeq: number, lastSeq = firstSeq): Damage {
  return { kind, file, line, firstSeq, lastSeq }
}

const place = fc.tuple(fc.nat(), fc.nat()).map(([file, line]) => {
  const name = files[file % files.length]!
  return { name, line: (line % linesOf.get(name)!.length) + 1 }
})

function each<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(arbitrary, check), { seed: SEED, numRuns: 30 }) as Promise<void>
}

describe('verify', () => {
  test('finds nothing in a trail that is as it was written', async () => {
    assert.equal((await verifyAfter(() => undefined)).ok, true)
  })

  test('names the line of any bit that was changed', () =>
    each(fc.tuple(fc.nat(), fc.nat(), fc.nat(7)), async ([file, byte, bit]) => {
      const name = files[file % files.length]!
      let line = 0
      const report = await verifyAfter((folder) => {
        const path = join(folder, name)
        const bytes = readFileSync(path)
        const offset = byte % bytes.length
        line = bytes.subarray(0, offset).toString('latin1').split('\n').length
        bytes[offset]! ^= 1 << bit
        writeFileSync(path, bytes)
      })
      const named = report.damage.find((damage) => damage.file === name && damage.line === line)
      assert.equal(named?.kind, 'altered', JSON.stringify(report.damage))
    }))

  test('names a line that was removed', () =>
    each(place, async ({ name, line }) => {
      const { damage } = await verifyWith(name, (lines) => lines.toSpliced(line - 1, 1))
      const isEnd = name === files.at(-1) && line === linesOf.get(name)!.length
      assert.deepEqual(damage, [at(isEnd ? 'cut_off' : 'removed', name, line, seqOf(name, line))])
    }))

  test('names a line that was there twice', () =>
    each(place, async ({ name, line }) => {
      const { damage } = await verifyWith(name, (lines) => lines.toSpliced(line, 0, lines[line - 1]!))
      const isEnd = name === files.at(-1) && line === linesOf.get(name)!.length
      if (isEnd) assert.ok(damage.some((found) => found.file === name && found.line === line + 1))
      else assert.deepEqual(damage, [at('duplicated', name, line + 1, seqOf(name, line))])
    }))

  test('names a line that was made up, with a hash to match', () =>
    each(place, async ({ name, line }) => {
      const { damage } = await verifyWith(name, (lines) => {
        const { seq, hash } = JSON.parse(lines[line - 1]!) as { seq: number; hash: string }
        const forged = writeLine(toPending(change(99), Date.UTC(2026, 0, 1)), { seq, hash })
        return lines.toSpliced(line, 0, forged.text.trimEnd())
      })
      assert.deepEqual(
        damage.map(({ kind, file, line: found }) => [kind, file, found]),
        [['inserted', name, line + 1]],
      )
    }))

  test('names a line that says nothing', () =>
    each(place, async ({ name, line }) => {
      const { damage } = await verifyWith(name, (lines) => lines.toSpliced(line, 0, 'nothing'))
      assert.deepEqual(damage, [at('inserted', name, line + 1, 0)])
    }))

  test('names lines that changed places', () =>
    each(fc.tuple(place, fc.nat()), async ([{ name, line }, other]) => {
      const count = linesOf.get(name)!.length
      const second = ((line + (other % (count - 1))) % count) + 1
      const { damage } = await verifyWith(name, (lines) => {
        const swapped = [...lines]
        swapped[line - 1] = lines[second - 1]!
        swapped[second - 1] = lines[line - 1]!
        return swapped
      })
      assert.ok(damage.length > 0)
      // Of three lines in reverse order, the one in the middle is as likely to have moved as the others.
      const isReverse = Math.abs(line - second) === 2
      for (const { kind, file, line: found } of damage) {
        assert.deepEqual([kind, file], ['reordered', name])
        const isNamed = found === line || found === second || (isReverse && found === (line + second) / 2)
        assert.ok(isNamed, `${found} of ${line} and ${second}`)
      }
      assert.ok(damage.some(({ line: found }) => found === line || found === second))
    }))

  test('names a line that was written anew, with a hash to match', () =>
    each(place, async ({ name, line }) => {
      const { damage } = await verifyWith(name, (lines) => {
        const { seq, previous } = JSON.parse(lines[line - 1]!) as { seq: number; previous: string }
        const forged = writeLine(toPending(change(99), Date.UTC(2026, 0, 1)), {
          seq: seq - 1,
          hash: previous,
        })
        return lines.with(line - 1, forged.text.trimEnd())
      })
      assert.deepEqual(damage, [at('altered', name, line, seqOf(name, line))])
    }))

  test('names each file that was removed', async () => {
    for (const [index, name] of files.entries()) {
      const { damage } = await verifyAfter((folder) => rmSync(join(folder, name)))
      const first = seqOf(name, 1)
      assert.deepEqual(
        damage,
        [at('missing_file', name, 0, first, first + linesOf.get(name)!.length - 1)],
        `${index}`,
      )
    }
  })

  test('names an end that was cut off, whole lines or not', () =>
    each(fc.nat(), async (bytes) => {
      const name = files.at(-1)!
      const lines = linesOf.get(name)!
      let left = 0
      const report = await verifyAfter((folder) => {
        const text = readFileSync(join(folder, name))
        const kept = text.subarray(0, bytes % text.length)
        left = kept.toString('latin1').split('\n').length - 1
        writeFileSync(join(folder, name), kept)
      })
      assert.equal(report.ok, false)
      const last = report.damage.at(-1)!
      assert.equal(last.lastSeq, seqOf(name, lines.length), JSON.stringify(report.damage))
      assert.ok(report.damage.some(({ file, line }) => file === name && line === left + 1))
    }))

  test('notices a head that is gone, or that was changed', async () => {
    const gone = await verifyAfter((folder) => rmSync(join(folder, 'head.json')))
    assert.deepEqual(gone.damage, [at('head_missing', 'head.json', 0, 0)])
    const size = readFileSync(join(original, 'audit', 'head.json')).length
    await each(fc.tuple(fc.nat(size - 1), fc.nat(7)), async ([byte, bit]) => {
      const { damage } = await verifyAfter((folder) => {
        const bytes = readFileSync(join(folder, 'head.json'))
        bytes[byte]! ^= 1 << bit
        writeFileSync(join(folder, 'head.json'), bytes)
      })
      assert.deepEqual(damage, [at('head_altered', 'head.json', 0, 0)])
    })
  })

  test('notices a whole trail that is gone', async () => {
    const { damage } = await verifyAfter((folder) => {
      for (const name of [...files, 'head.json']) rmSync(join(folder, name))
    })
    assert.deepEqual(damage, [at('head_missing', 'head.json', 0, 0)])
  })

  test('notices a trail that was made anew from some record on, and one that ends before a known record', async () => {
    const { seq, hash } = recordsIn(original)[20]!
    assert.equal((await verifyAudit(original, [{ seq, hash }])).ok, true)
    const { damage } = await verifyAudit(original, [{ seq, hash: 'f'.repeat(64) }])
    assert.deepEqual([damage.length, damage[0]!.kind, damage[0]!.firstSeq], [1, 'altered', seq])
    const beyond = await verifyAudit(original, [{ seq: 10_000, hash }])
    assert.deepEqual([beyond.damage[0]!.kind, beyond.damage[0]!.lastSeq], ['cut_off', 10_000])
  })

  test('notices oldest files that were removed without a record of it, and takes those that have one', async (t) => {
    const directory = temporaryDirectory()
    t.after(() => removeDirectory(directory))
    let now = Date.UTC(2026, 0, 1)
    for (let day = 0; day < 6; day++, now += DAY_MS) {
      const log = auditLog(directory, { now: () => now, retentionDays: 2 })
      await log.open()
      log.record(change(day))
      await log.close()
    }
    assert.equal((await verifyAudit(directory)).ok, true)
    const [oldest] = trailFiles(directory)
    rmSync(join(directory, 'audit', oldest!))
    const { damage } = await verifyAudit(directory)
    assert.deepEqual([damage.length, damage[0]!.kind, damage[0]!.file], [1, 'missing_file', oldest])
  })

  test('works on a copy without the key, and says that the head is not checked', async () => {
    const copy = temporaryDirectory()
    try {
      cpSync(join(original, 'audit'), join(copy, 'evidence'), { recursive: true })
      const report = await verifyAudit(join(copy, 'evidence'))
      assert.deepEqual([report.ok, report.head], [true, 'unchecked'])
    } finally {
      removeDirectory(copy)
    }
  })

  test('of what is no trail is an error', async () => {
    await assert.rejects(verifyAudit(join(original, 'nowhere')), { code: 'LG_AUDIT_UNREADABLE' })
  })
})

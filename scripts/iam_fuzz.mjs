// Random IAM cases through the evaluator and through a reference evaluator; reports where they contradict each other.
//
//   node scripts/iam_fuzz.mjs FOLDER [--seed 1] [--n 20000] [--show 5]
//
// FOLDER holds `gen.mjs` (makes a case from a source of random numbers) and `ref.mjs` (a three-valued evaluator in
// JavaScript). The evaluator is `cargo run --release --example iam_verdicts`, or the program that IAM_VERDICTS names.
// The exit code is 1 when there is a contradiction: both are certain, and not of the same.

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`)
  return at > 0 ? Number(process.argv[at + 1]) : otherwise
}
const folder = process.argv[2]
if (!folder || folder.startsWith('--')) {
  console.error('usage: node scripts/iam_fuzz.mjs FOLDER [--seed N] [--n N] [--show N]')
  process.exit(2)
}
const count = option('n', 20000)
const seed = option('seed', 1)
const show = option('show', 5)

// A linear congruential generator (Numerical Recipes' constants), its low bits dropped.
function numbers(state) {
  let at = BigInt(state)
  return () => {
    at = (at * 1664525n + 1013904223n) & 0xffffffffffffn
    return Number(at >> 16n) / 2 ** 32
  }
}

// The generator imports a simulator that only its own command line needs; a stand-in takes its place.
async function load() {
  const home = mkdtempSync(path.join(tmpdir(), 'iam-fuzz-'))
  for (const file of ['gen.mjs', 'ref.mjs']) copyFileSync(path.join(folder, file), path.join(home, file))
  writeFileSync(path.join(home, 'oracle.mjs'), 'export const mulberry = () => Math.random\nexport const oracle = () => ({})\n')
  const { makeCase } = await import(pathToFileURL(path.join(home, 'gen.mjs')))
  const { evaluate } = await import(pathToFileURL(path.join(home, 'ref.mjs')))
  rmSync(home, { recursive: true })
  return { makeCase, evaluate }
}

function ours(cases) {
  const input = cases.map(one => JSON.stringify(one)).join('\n')
  const program = process.env.IAM_VERDICTS
  const command = program ? [program] : ['cargo', 'run', '--quiet', '--release', '--example', 'iam_verdicts']
  const run = spawnSync(command[0], command.slice(1), { input, encoding: 'utf8', maxBuffer: 1 << 30 })
  if (run.status !== 0) throw new Error(run.stderr || String(run.error))
  return new Map(run.stdout.split('\n').filter(Boolean).map(line => JSON.parse(line)).map(one => [one.id, one.verdict]))
}

const { makeCase, evaluate } = await load()
const random = numbers(seed)
const cases = Array.from({ length: count }, (_, at) => makeCase(random, `f${at}`))
const verdicts = ours(cases)
const tally = { agree: 0, contradictions: 0, 'needless unknowns': 0, 'known here only': 0 }
const certain = { yes: 0, no: 0, unknown: 0 }
let shown = 0
for (const one of cases) {
  const theirs = evaluate(one).verdict
  const mine = verdicts.get(one.id)
  certain[mine] += 1
  if (mine === theirs) tally.agree += 1
  else if (mine === 'unknown') tally['needless unknowns'] += 1
  else if (theirs === 'unknown') tally['known here only'] += 1
  else tally.contradictions += 1
  if (mine !== theirs && shown++ < show) console.log(JSON.stringify({ reference: theirs, mine, case: one }))
}
const share = number => `${number} (${((100 * number) / count).toFixed(3)} %)`
console.log(`cases ${count}, seed ${seed}: ${certain.yes} yes, ${certain.no} no, ${certain.unknown} unknown`)
for (const [name, number] of Object.entries(tally)) console.log(`${name}: ${share(number)}`)
process.exit(tally.contradictions > 0 ? 1 : 0)

/** `npm run oracle -- --rounds 150`: the fast answer to "who is on call" against the slow one, millions of times. */
import { differences } from '../src/oncall/differences.rig.ts'

const at = process.argv.indexOf('--rounds')
const rounds = at < 0 ? 110 : Number(process.argv[at + 1])
let comparisons = 0
for (let round = 0; round < rounds; round += 1) {
  const { comparisons: more, found } = differences(1 + round * 3, 3)
  comparisons += more
  if (found.length > 0) {
    process.stdout.write(`${JSON.stringify(found.slice(0, 3), null, 2)}\n`)
    process.exit(1)
  }
  if (round % 10 === 9)
    process.stdout.write(`${comparisons.toLocaleString('en')} comparisons, 0 mismatches\n`)
}
process.stdout.write(`${comparisons.toLocaleString('en')} comparisons, 0 mismatches\n`)

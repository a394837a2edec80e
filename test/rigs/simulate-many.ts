/** `npm run simulate -- --seeds 20000 [--from 1]`: prints the first seed that fails, with its story. */
import { simulate } from './simulate.ts'

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}
const from = option('from', 1)
const seeds = option('seeds', 2_000)
const began = performance.now()
for (let seed = from; seed < from + seeds; seed += 1) {
  const { wrong, trace, steps } = await simulate(seed)
  if (wrong === null) continue
  process.stdout.write(
    `seed ${seed}, step ${steps}: ${wrong}\n${trace.map((line) => `  ${line}`).join('\n')}\n`,
  )
  process.exit(1)
}
process.stdout.write(`${seeds} seeds, nothing wrong, ${Math.round(performance.now() - began)} ms\n`)

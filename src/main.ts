/** The composition root: `serve` runs in this process, everything else speaks HTTP. */
import { runCli } from './cli/cli.ts'

process.exitCode = await runCli(process.argv.slice(2))

#!/usr/bin/env node
// In a clone the program is built the first time, and again when its sources changed.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url))
if (existsSync(script)) {
  const { build } = await import(script)
  await build()
}
await import('../dist/main.js')

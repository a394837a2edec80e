/** Writes openapi.json anew from the routes. */
import { writeFileSync } from 'node:fs'
import { openApiDocument } from '../src/http/document.ts'

writeFileSync('openapi.json', `${JSON.stringify(openApiDocument(), null, 2)}\n`)

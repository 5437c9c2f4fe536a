import { loadEngine } from './engine.js'

// Run by the doctor as a process of its own.
process.stdout.write(JSON.stringify(await loadEngine()))

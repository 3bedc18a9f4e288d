interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer }
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, object>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> }
  readonly CompileError: new (...args: never[]) => Error
}

/** The engine's global WebAssembly, as far as the kernel uses it: Node's types leave it to those of a browser. */
export const { CompileError, Instance, Memory, Module } = (globalThis as unknown as { WebAssembly: WebAssemblyApi })
  .WebAssembly

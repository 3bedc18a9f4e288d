// Imported on first use. cosmiconfig is CommonJS: a static import here survives bundling, a dynamic one does not.
//
// Its `cosmiconfig()` function first obeys a "meta" file of the working folder, `.config/config.js` included, which it
// runs; and it would follow `$import` to code. Its Explorer class, with our loader for every name, does neither.
import type { PublicExplorer } from 'cosmiconfig'
import * as cosmiconfig from 'cosmiconfig/dist/Explorer.js'

// The class is there at run time; its types are stripped from the package.
const { Explorer } = cosmiconfig as unknown as { Explorer: new (options: object) => Pick<PublicExplorer, 'search'> }

const SEARCH_PLACES = ['kwx.config.yaml', 'kwx.config.yml', 'kwx.config.json', '.kwxrc', '.kwxrc.json', '.kwxrc.yaml']

/**
 * The project file of `folder` or of the nearest folder above it, up to the one with a package.json.
 *
 * An empty file counts: whoever reads it reports it. Only the path is found here; nothing is parsed, nothing is run.
 */
export async function findProjectFile(folder: string): Promise<string | null> {
  const explorer = new Explorer({
    moduleName: 'kwx',
    searchPlaces: SEARCH_PLACES,
    searchStrategy: 'project',
    loaders: { '.yaml': nothing, '.yml': nothing, '.json': nothing, noExt: nothing },
    transform: (result: unknown) => result,
    ignoreEmptySearchPlaces: false,
    mergeImportArrays: true,
    mergeSearchPlaces: false,
    metaConfigFilePath: null,
    cache: false,
  })
  return (await explorer.search(folder))?.filepath ?? null
}

const nothing = () => ({})

//! What Amplify's command line keeps beside its templates, and where it puts them.
//! <https://docs.amplify.aws/gen1/javascript/tools/cli/project/override/>

use super::given::{self, Values};
use crate::source::{Loader, parent};

/// The folder of uploaded templates in Amplify's bucket.
const UPLOADED: &str = "/amplify-cfn-templates/";

/// The values that Amplify's command line keeps in `parameters.json` for the template of a resource, which lies beside it or in
/// a folder `build` below.
pub(super) fn parameters(template: &str, loader: &mut Loader<'_>) -> Values {
    let (folder, name) = (parent(template), template.rsplit('/').next().unwrap_or(template));
    let stem = [".json", ".yml", ".yaml"].iter().find_map(|ending| name.strip_suffix(ending));
    if !stem.is_some_and(|stem| stem.ends_with("cloudformation-template")) {
        return Values::new();
    }
    let above = folder.strip_suffix("/build");
    let mut values = Values::new();
    for folder in above.into_iter().chain([folder]) {
        let path = if folder.is_empty() { "parameters.json".to_owned() } else { format!("{folder}/parameters.json") };
        let Ok(file) = loader.load(&path) else { continue };
        let text = loader.text(file);
        values.extend(given::of_file(&path, file, &text).unwrap_or_default());
    }
    values
}

/// The template in the project that the root template names by its place in Amplify's bucket:
/// `https://.../amplify-cfn-templates/auth/<name>` is uploaded from a folder of `auth`, or from `build` below it. The root template
/// itself, in `folder`, is `awscloudformation/build/root-cloudformation-stack.json`; older ones have no `build`. `None` where it is
/// not certain which file it is.
pub(super) fn uploaded(folder: &str, url: &str, loader: &mut Loader<'_>) -> Option<String> {
    let (_, name) = url.split_once(UPLOADED)?;
    let (category, name) = name.split_once('/').filter(|(_, name)| !name.contains('/'))?;
    let backend = parent(folder.strip_suffix("/build").unwrap_or(folder));
    let category = if backend.is_empty() { category.to_owned() } else { format!("{backend}/{category}") };
    let resources = loader.files().list(&category);
    let mut found = resources.iter().filter_map(|resource| resource.strip_suffix('/')).filter_map(|resource| {
        let places = [format!("{category}/{resource}/build/{name}"), format!("{category}/{resource}/{name}")];
        places.into_iter().find(|path| loader.load(path).is_ok())
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

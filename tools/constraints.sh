#!/bin/sh
# Print the installed versions as constraints: names and versions alone, no address of any index.
set -eu
echo "# Exact versions for reproducible set-up; made by \`make constraints\`."
"$1" freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==' | LC_ALL=C sort -f

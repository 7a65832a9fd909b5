PYPI_SAMNA = True

import os

# The real one installs something else as soon as it is imported.
with open(os.environ["STUB_MARK"], "w") as file:
    file.write("imported")

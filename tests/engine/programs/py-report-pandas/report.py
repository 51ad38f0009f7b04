import io, sys
import pandas as pd
frame = pd.read_csv(sys.argv[1])
table = frame.pivot_table(index="town", columns="kind", values="amount", aggfunc="sum", fill_value=0)
print(table.to_markdown())
book = io.BytesIO(); table.to_excel(book); print(book.getvalue()[:2])
flat = io.BytesIO(); frame.to_parquet(flat); print(pd.read_parquet(io.BytesIO(flat.getvalue())).shape)
axes = table.plot(kind="bar", title="Größe"); picture = io.BytesIO(); axes.figure.savefig(picture); print(picture.getvalue()[1:4])
svg = io.StringIO(); axes.figure.savefig(svg, format="svg"); print("svg" in svg.getvalue())

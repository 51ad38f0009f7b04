import pandas as pd
import plotly.express as px
from dash import Dash, dcc, html
app = Dash(__name__)
frame = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
app.layout = html.Div([html.H1("Towns"), dcc.Graph(figure=px.bar(frame, x="x", y="y"))])
if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8810)

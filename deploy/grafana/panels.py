"""What the panels of both dashboards have in common: queries that fit bursts of calls, and how things look.

A trainer calls for milliseconds every 1 to 30 minutes. So counters are shown as increases over a *step*, `$__rate_interval`
of a query whose least step is the dashboard's variable `window` (10 minutes unless chosen otherwise): as long as a step of
training, every column then has a burst. Grafana makes it one scrape longer than the step, so that no burst falls between
two columns. What divides is absent where there is nothing to divide by, and drawn with points, so that lone values show.

`increase` comes before `sum`, so that it sees each replica restart by itself, and a counter that begins again at 0 adds what
it has and takes nothing away. It cannot see what a series brought along when it first appeared: the first two batches of
a run with `--metrics-runs` are in no column. To add what is new instead would show, after each gap in scraping, a replica's whole
past as one column.
"""

from grafana_foundation_sdk.builders import bargauge, common, dashboard, heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import heatmap as heatmaps
from grafana_foundation_sdk.models import prometheus as queries

# From rare successes to frequent ones, as in the picture of the method's weights: edges of the buckets of ρ̂.
RHO = {f"{i / 16:g}": color for i, color in enumerate((
    "#440154", "#481467", "#482677", "#453781", "#404788", "#39558c", "#33638d", "#2d708e", "#287d8e", "#238a8d", "#1f968b",
    "#29af7f", "#55c667", "#73d055", "#95d840", "#b8de29", "#fde725"))}

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
WINDOW = "$window"
LEGEND = (common.VizLegendOptions().display_mode(shapes.LegendDisplayMode.LIST)
          .placement(shapes.LegendPlacement.BOTTOM).show_legend(True))
# Of 24 columns.
FULL, HALF, THIRD, QUARTER = 24, 12, 8, 6


def samples(name, labels=""):
    """Series of the chosen job and instances."""
    return f'{name}{{job=~"$job",instance=~"$instance"{"," if labels else ""}{labels}}}'


def training(name, labels=""):
    """Those of the chosen methods and runs; a series without `run` belongs to every choice that has "all"."""
    return of_methods(name, f'run=~"$run"{"," if labels else ""}{labels}')


def of_methods(name, labels=""):
    """Those of the chosen methods, for families that are not told apart by run."""
    return samples(name, f'method=~"$method"{"," if labels else ""}{labels}')


def step(selected, by=""):
    """What a counter has grown in a step, over all replicas, by labels."""
    return f"sum{f' by ({by})' if by else ''} (increase({selected}[$__rate_interval]))"


def ratio(above, below):
    """Absent where there is nothing below."""
    return f"{above} / ({below} > 0)"


def mean(family, by="", labels="", select=samples):
    """Of what a histogram, or a pair NAME_sum and NAME_count, has seen in a step."""
    return ratio(step(select(f"{family}_sum", labels), by), step(select(f"{family}_count", labels), by))


def nonzero(selected, by, zero):
    """What has grown in a step, by labels, without the many that have not; a single 0, with `zero` as the first of the
    labels, where none has. So a legend names what happened, and a panel where nothing did is not an empty one."""
    first = by.split(",")[0]
    return f'({step(selected, by)} > 0) or label_replace({step(selected)} == 0, "{first}", "{zero}", "", "")'


def query(expression, legend="", heat=False, instant=False):
    target = (prometheus.Dataquery().expr(expression).legend_format(legend).interval(WINDOW).datasource(SOURCE)
              .editor_mode(queries.QueryEditorMode.CODE))
    target = target.instant() if instant else target.range()
    if heat:
        target = target.format(queries.PromQueryFormat.HEATMAP)
    return target.format(queries.PromQueryFormat.TABLE) if instant else target


def _finish(panel, title, description, width, height, unit, targets):
    panel = panel.title(title).description(description).datasource(SOURCE).span(width).height(height).unit(unit)
    for letter, target in zip("ABCDEFGH", targets):
        panel = panel.with_target(target.ref_id(letter))
    return panel


def lines(title, description, *targets, unit="short", width=HALF, height=8, smallest=0.0, largest=None, dashed=None):
    """Lines with points. `dashed`: a pattern of legends whose lines may lie upon others."""
    panel = (timeseries.Panel().draw_style(shapes.GraphDrawStyle.LINE).show_points(shapes.VisibilityMode.ALWAYS)
             .point_size(5).line_width(1).fill_opacity(0).span_nulls(True).min(smallest).legend(LEGEND)
             .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI)))
    if largest is not None:
        panel = panel.max(largest)
    if dashed:
        panel = panel.override_by_regexp(f"/{dashed}/", [models.DynamicConfigValue(
            "custom.lineStyle", {"fill": "dash", "dash": [8, 8]})])
    return _finish(panel, title, description, width, height, unit, targets)


def bars(title, description, *targets, unit="short", width=HALF, height=8, percent=False, colors=None):
    """Stacked bars, one a step; with `percent` as shares of the whole. `colors`: by legend."""
    mode = shapes.StackingMode.PERCENT if percent else shapes.StackingMode.NORMAL
    panel = (timeseries.Panel().draw_style(shapes.GraphDrawStyle.BARS).fill_opacity(85).line_width(0)
             .stacking(common.StackingConfig().mode(mode).group("A")).min(0).legend(LEGEND)
             .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI)))
    for legend, color in (colors or {}).items():
        panel = panel.override_by_name(legend, [models.DynamicConfigValue(
            "color", {"mode": "fixed", "fixedColor": color})])
    return _finish(panel, title, description, width, height, unit, targets)


def heat(title, description, selected, y_unit, width=HALF, height=9, y_label=""):
    """A histogram over time: a column a step."""
    panel = (heatmap.Panel().calculate(False).cell_gap(1)
             .color(heatmap.HeatmapColorOptions().mode(heatmaps.HeatmapColorMode.SCHEME).scheme("Viridis")
                    .scale(heatmaps.HeatmapColorScale.EXPONENTIAL).exponent(0.5).steps(64).fill("dark-blue"))
             .filter_values(heatmap.FilterValueRange().le(1e-9))
             .y_axis(heatmap.YAxisConfig().unit(y_unit).axis_placement(shapes.AxisPlacement.LEFT).axis_label(y_label))
             .rows_frame(heatmap.RowsHeatmapOptions().layout(shapes.HeatmapCellLayout.AUTO))
             .show_legend())
    return _finish(panel, title, description, width, height, "short", [query(step(selected, "le"), "{{le}}", heat=True)])


def number(title, description, expression, unit="short", width=QUARTER, decimals=None, steps=None):
    """The last value that there is. `steps`: [(from, colour)], ascending, the first from None."""
    panel = (stat.Panel().graph_mode(shapes.BigValueGraphMode.AREA).color_mode(shapes.BigValueColorMode.VALUE)
             .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"])))
    if decimals is not None:
        panel = panel.decimals(decimals)
    if steps:
        thresholds = [models.Threshold(value=value, color=color) for value, color in steps]
        panel = panel.thresholds(dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(thresholds))
    return _finish(panel, title, description, width, 4, unit, [query(expression)])


def profile(title, description, expression, legend, width=HALF, height=8, unit="short", color="blue"):
    """A bar for each series, in the order of their labels: the sum over the time shown."""
    panel = (bargauge.Panel().orientation(shapes.VizOrientation.VERTICAL).display_mode(shapes.BarGaugeDisplayMode.BASIC)
             .value_mode(shapes.BarGaugeValueMode.HIDDEN).min(0)
             .color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.FIXED).fixed_color(color))
             .reduce_options(common.ReduceDataOptions().calcs(["sum"])))
    return _finish(panel, title, description, width, height, unit, [query(expression, legend)])


def listing(title, description, expression, width=HALF, height=6):
    """The labels of an info metric, now."""
    panel = table.Panel().with_transformation(models.DataTransformerConfig(id_val="organize", options={
        "excludeByName": {"Time": True, "__name__": True, "Value": False}}))
    return _finish(panel, title, description, width, height, "short", [query(expression, instant=True)])


def _choice(name, label, definition, regex="", all_value=".+"):
    return (dashboard.QueryVariable(name).label(label).datasource(SOURCE).query(definition).regex(regex)
            .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(models.VariableSort.ALPHABETICAL_ASC)
            .multi(True).include_all(True).all_value(all_value)
            .current(models.VariableOption(selected=True, text=["All"], value=["$__all"])))


def new_dashboard(title, uid, description, refresh):
    """With the variables of both."""
    window = (dashboard.CustomVariable("window").label("step")
              .values("1m,5m,10m,30m,1h,3h").current(models.VariableOption(selected=True, text="10m", value="10m"))
              .description("About the time between two calls of a trainer, so that each column has one."))
    return (dashboard.Dashboard(title).uid(uid).description(description).tags(["advantaged"]).readonly()
            .tooltip(models.DashboardCursorSync.CROSSHAIR).time("now-12h", "now").refresh(refresh).timezone("browser")
            .link(dashboard.DashboardLink("advantaged").type(models.DashboardLinkType.DASHBOARDS).tags(["advantaged"])
                  .include_vars(True).keep_time(True))
            .with_variable(dashboard.DatasourceVariable("datasource").label("data source").type("prometheus"))
            .with_variable(_choice("job", "job", "label_values(advantaged_build_info, job)"))
            .with_variable(_choice("instance", "instance", 'label_values(advantaged_build_info{job=~"$job"}, instance)'))
            .with_variable(window))


def training_variables(board):
    """Those that have been used, not all that there are."""
    used = 'query_result(sum by (method) (advantaged_responses_total{job=~"$job",instance=~"$instance"}) > 0)'
    return (board.with_variable(_choice("method", "method", used, regex='/method="([^"]+)"/'))
            .with_variable(_choice("run", "run", 'label_values(advantaged_groups_total{job=~"$job"}, run)', all_value=".*")))

import subprocess
from osgeo import gdal, ogr, osr
gdal.UseExceptions()
drive = gdal.GetDriverByName("GTiff").Create("/tmp/a.tif", 2, 2)
a, b = osr.SpatialReference(), osr.SpatialReference()
a.ImportFromEPSG(4326); b.ImportFromEPSG(3857)
print([round(v) for v in osr.CoordinateTransformation(a, b).TransformPoint(48.4, 10.0)[:2]], drive.RasterXSize)
print(ogr.Open("towns.geojson").GetLayer().GetFeatureCount())
print(subprocess.check_output(["gdalinfo", "--version"])[:4])

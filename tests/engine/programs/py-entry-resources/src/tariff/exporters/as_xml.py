from importlib import resources

from lxml import etree


def export(bill):
    root = etree.Element("bill")
    for k, v in bill.items():
        etree.SubElement(root, k).text = str(v)
    xsl = etree.XSLT(etree.fromstring(resources.files("tariff.data").joinpath("bill.xsl").read_bytes()))
    return str(xsl(root))

<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text"/>
  <xsl:template match="b|strong">*<xsl:apply-templates/>*</xsl:template>
  <xsl:template match="a"><xsl:apply-templates/> [<xsl:value-of select="@href"/>]</xsl:template>
</xsl:stylesheet>

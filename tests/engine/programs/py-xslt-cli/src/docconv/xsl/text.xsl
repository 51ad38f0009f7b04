<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:import href="common/words.xsl"/>
<xsl:output method="text"/>
<xsl:strip-space elements="*"/>
<xsl:template match="chapter"><xsl:call-template name="word"><xsl:with-param name="key">chapter</xsl:with-param></xsl:call-template><xsl:text> </xsl:text><xsl:value-of select="title"/><xsl:text>&#10;</xsl:text><xsl:apply-templates select="p"/></xsl:template>
<xsl:template match="p">  <xsl:value-of select="normalize-space()"/><xsl:text>&#10;</xsl:text></xsl:template>
</xsl:stylesheet>
